import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileIdentity } from '../evaluate/index.js';
import { fileHash, filesHash } from '../files/index.js';
import type { ModelFiles } from '../model/index.js';
import { everyTensor, externalDataFiles, isExternal, type OnnxModel, tensorBytes } from '../onnx/index.js';

/**
 * Returns what a model file is recognised by, its external data included.
 *
 * @throws EXTERNAL_DATA
 */
export async function fileIdentity(model: OnnxModel, precision: string): Promise<FileIdentity> {
  const files = [model.path, ...externalDataFiles(model)];
  try {
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return { name: shortName(model.path), bytes, sha256: await filesHash(files), precision };
  } catch (error) {
    // Says which tensor's data cannot be read, and what to do.
    for (const tensor of everyTensor(model.proto).filter(isExternal)) {
      tensorBytes(model, tensor);
    }
    throw error;
  }
}

/** Names a file as short as is clear: "onnx/model_int8.onnx" for one of a model folder, else by its name. */
export function shortName(path: string): string {
  const folder = basename(dirname(path));
  return folder === 'onnx' ? join(folder, basename(path)) : basename(path);
}

/**
 * Returns the SHA-256 of what makes vectors of texts besides the ONNX file: tokenizer, pooling, dense layers, limits,
 * prompts.
 */
export async function conventionsHash(files: ModelFiles): Promise<string> {
  const { head, maxTokens, lowerCase, prompts, defaultPrompt, padTokenId, tokenizerLowerCase, output, truncationSide } =
    files;
  const dense = head.dense.map(({ weight: _, bias: __, ...layer }) => layer);
  const said = [await fileHash(files.tokenizerPath), { ...head, dense }, maxTokens, lowerCase, prompts, defaultPrompt];
  const rare = [tokenizerLowerCase, output, truncationSide].some((value) => value !== undefined)
    ? [{ tokenizerLowerCase, output, truncationSide }]
    : [];
  const hash = createHash('sha256').update(JSON.stringify([...said, padTokenId, ...rare]));
  for (const { weight, bias } of head.dense) {
    hash.update(weight).update(bias ?? new Float32Array());
  }
  return hash.digest('hex');
}
