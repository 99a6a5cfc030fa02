import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { VectorOptions } from '../embed/index.js';
import { resolvePrompt } from '../embed/index.js';
import type { EngineDescription } from '../engine/index.js';
import { fileHash, textsHash } from '../files/index.js';
import { type Head, type ModelFiles, modelHash } from '../model/index.js';
import type { StoredType } from './stored-vectors.js';

/** What makes the vectors of a file what they are, besides the texts. Named as it is told when something differs. */
export type JobSettings = Readonly<Record<string, string | number>>;

/** Part of the settings; another number makes old unfinished files anew. */
const layoutVersion = 2;

/** The file that vectors are written to. */
interface VectorFile {
  readonly out: string;
  readonly type: StoredType;
  readonly dimensions: number;
}

export async function jobSettings(
  { model, engine }: { readonly model: ModelFiles; readonly engine: EngineDescription },
  { out, type, dimensions }: VectorFile,
  options: VectorOptions & { readonly digits?: number },
): Promise<JobSettings> {
  const [weights, tokenizer] = await Promise.all([weightsHash(model), fileHash(model.tokenizerPath)]);
  const { overLong = 'truncate', overlap = 'default' } = options;
  const { head, maxTokens, lowerCase, tokenizerLowerCase, truncationSide } = model;
  return {
    layout: layoutVersion,
    format: extname(out),
    model: weights,
    tokenizer,
    'model configuration': textsHash([
      JSON.stringify([
        head.pooling,
        head.includePrompt,
        head.normalize,
        maxTokens,
        lowerCase,
        tokenizerLowerCase,
        engine.output?.name,
        options.truncationSide ?? truncationSide,
      ]),
    ]),
    'dense layer': denseHash(head),
    engine: engine.name,
    'engine version': engine.version,
    memory: engine.memory,
    'batch tokens': engine.batchTokens ?? 'any',
    prompt: resolvePrompt(model, options),
    type,
    dimensions,
    'over-long': overLong,
    overlap,
    digits: options.digits ?? 'shortest',
    'texts that fail': options.onError ?? 'fail',
  };
}

/** Says how settings differ; undefined if they do not. */
export function difference(before: JobSettings, now: JobSettings): string | undefined {
  const differing = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (name) => before[name] !== now[name],
  );
  const hashed = ['model', 'tokenizer', 'model configuration', 'dense layer'];
  const words = differing.map((name) =>
    hashed.includes(name) ? `another ${name}` : `${name} was ${quoted(before[name])} and is ${quoted(now[name])}`,
  );
  return words.length === 0 ? undefined : words.join(', ');
}

function quoted(value: string | number | undefined): string {
  return value === undefined ? 'not known' : JSON.stringify(value);
}

/** Hashes what the vectors come from: the table of a static model, or an ONNX file with its external data. */
function weightsHash({ onnxPath }: ModelFiles): Promise<string> {
  return extname(onnxPath) === '.safetensors' ? fileHash(onnxPath) : modelHash(onnxPath);
}

/** Hashes the dense layers behind the pooling, which lie in files of their own. */
function denseHash({ dense }: Head): string {
  const hash = createHash('sha256');
  for (const { inputs, outputs, weight, bias, activation } of dense) {
    hash.update(JSON.stringify([inputs, outputs, activation, bias !== undefined]));
    for (const { buffer, byteOffset, byteLength } of [weight, bias ?? new Float32Array()]) {
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest('hex');
}
