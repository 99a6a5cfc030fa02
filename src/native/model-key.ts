import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OctavecError } from '../base/index.js';
import type { ModelFiles } from '../model/index.js';
import { outputChoice } from '../output/index.js';
import type { NativePrecision } from './description-format.js';

/**
 * Makes the key of a model: the same for the same files in the same state, run in the same way. Models of one key share
 * their weights.
 */
export async function modelKey(files: ModelFiles, precision: NativePrecision): Promise<string> {
  const { onnxPath, maxTokens, padTokenId, head } = files;
  const { pooling, includePrompt, dense, normalize } = head;
  const layers = createHash('sha256');
  for (const { weight, bias, activation } of dense) {
    layers.update(`${activation}:${weight.length}:`).update(weight);
    layers.update(bias ?? '');
  }
  const state = [await stateOf(onnxPath), ...(await statesBeside(onnxPath))];
  const { output, poolsHidden } = outputChoice(files);
  const run = [precision, maxTokens, padTokenId, pooling, includePrompt, layers.digest('hex'), normalize];
  return JSON.stringify([onnxPath, state, run, output ?? null, poolsHidden]);
}

/**
 * Lists the states of files beside a model that may hold its weights, under any name: all that are not a model or text
 * themselves.
 */
async function statesBeside(onnxPath: string): Promise<string[]> {
  const folder = dirname(onnxPath);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isDirectory() && !/\.(onnx|json|txt|md)$/.test(entry.name))
    .map(({ name }) => name)
    .sort();
  return Promise.all(names.map(async (name) => `${name}:${await stateOf(join(folder, name))}`));
}

async function stateOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path).catch((error: unknown) => {
    throw new OctavecError('FILE_NOT_FOUND', { path, what: 'The model' }, error);
  });
  return [mtimeMs, size, ino].join('-');
}
