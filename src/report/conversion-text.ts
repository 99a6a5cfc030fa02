import { formatBytes, formatCount } from '../base/index.js';
import type { Conversion } from '../convert/index.js';
import { quoted } from './shell-words.js';

const references = {
  weights: 'the stored weights, in double precision',
  golden: 'expected.json, which came with the model',
  onnx: 'the other ONNX file',
} as const;

/** Shows what was converted, and how near it comes to its reference. */
export function formatConversion({
  onnxPath,
  architecture,
  layers,
  hidden,
  maxTokens,
  gives,
  bytes,
  dtype,
  unused,
  proof,
}: Conversion): string {
  const kinds: Partial<Record<Conversion['gives'], string>> = { scores: ' cross-encoder', classes: ' classifier' };
  const next: Partial<Record<Conversion['gives'], string>> = {
    scores: `rerank ${quoted(onnxPath)} --query "…" --file texts.txt`,
    classes: `serve ${quoted(onnxPath)}`,
  };
  const lines = [
    `${onnxPath} (${formatBytes(bytes)}${dtype === 'fp16' ? ', weights in FP16' : ''})`,
    `  ${architecture}${kinds[gives] ?? ''}, ${layers} layers, ${hidden} dimensions, ${gives === 'scores' ? 'pairs' : 'texts'} of up to ${formatCount(maxTokens)} tokens`,
    `  compared with ${references[proof.reference]}: cosine ${proof.cosine.toFixed(9)}, largest difference ${proof.largestDifference.toExponential(1)} (${proof.tokens} tokens)`,
    ...(unused.length > 0 ? [`  left out, as embeddings do not need them: ${unused.join(', ')}`] : []),
    `Next: octavec ${next[gives] ?? `quantize ${quoted(onnxPath)} --to int8`}`,
  ];
  return `${lines.join('\n')}\n`;
}
