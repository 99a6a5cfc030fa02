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
  const own = await stateOf(onnxPath).catch((error: unknown) => {
    throw new OctavecError('FILE_NOT_FOUND', { path: onnxPath, what: 'The model' }, error);
  });
  const state = [own, ...(await statesBeside(onnxPath))];
  const { output, poolsHidden } = outputChoice(files);
  const run = [precision, maxTokens, padTokenId, pooling, includePrompt, layers.digest('hex'), normalize];
  return JSON.stringify([onnxPath, state, run, output ?? null, poolsHidden]);
}

/**
 * Lists the states of files beside a model that may hold its weights, under any name: all that are not a model or text
 * themselves. Links may lead nowhere (the hub's cache, partly fetched), and what others write beside it comes and goes.
 */
async function statesBeside(onnxPath: string): Promise<string[]> {
  const folder = dirname(onnxPath);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isDirectory() && !/\.(onnx|json|txt|md)$/.test(entry.name))
    .map(({ name }) => name)
    .sort();
  const states = names.map((name) =>
    stateOf(join(folder, name)).then(
      (state) => [`${name}:${state}`],
      () => [],
    ),
  );
  return (await Promise.all(states)).flat();
}

async function stateOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  return [mtimeMs, size, ino].join('-');
}
