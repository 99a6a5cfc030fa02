import { createHash } from 'node:crypto';
import { fileHash } from '../files/index.js';
import type { ModelFiles } from '../model/index.js';

/** SHA-256 of what makes vectors of texts besides the ONNX file: tokenizer, pooling, dense layers, limits, prompts. */
export async function conventionsHash(files: ModelFiles): Promise<string> {
  const { head, maxTokens, lowerCase, prompts, defaultPrompt, padTokenId } = files;
  const dense = head.dense.map(({ weight: _, bias: __, ...layer }) => layer);
  const said = [await fileHash(files.tokenizerPath), { ...head, dense }, maxTokens, lowerCase, prompts, defaultPrompt];
  const hash = createHash('sha256').update(JSON.stringify([...said, padTokenId]));
  for (const { weight, bias } of head.dense) {
    hash.update(weight).update(bias ?? new Float32Array());
  }
  return hash.digest('hex');
}
