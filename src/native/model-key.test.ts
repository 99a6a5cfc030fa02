import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ModelFiles } from '../model/index.js';
import { modelKey } from './model-key.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-key-'));
  await writeFile(join(folder, 'model.onnx'), 'graph');
  await writeFile(join(folder, 'model.onnx_data'), 'weights');
});
afterEach(() => rm(folder, { recursive: true }));

const dense = { weight: Float32Array.of(1, 2), inputs: 2, outputs: 1, activation: 'tanh' };
const head = { pooling: ['mean'], includePrompt: true, dense: [] as object[], normalize: true };
const files = (more: object = {}) =>
  ({ onnxPath: join(folder, 'model.onnx'), maxTokens: 512, padTokenId: 0, head, ...more }) as unknown as ModelFiles;
const keyOf = (more: object = {}) => modelKey(files(more), 'int8');

describe('the key of a model', () => {
  test('is the same for the same files, run in the same way', async () => {
    expect(await keyOf()).toBe(await keyOf({ head: structuredClone(head) }));
  });

  test('is another one for whatever else is run', async () => {
    const others = [
      await keyOf(),
      await modelKey(files(), 'fp32'),
      await keyOf({ maxTokens: 256 }),
      await keyOf({ padTokenId: 1 }),
      await keyOf({ head: { ...head, pooling: ['cls'] } }),
      await keyOf({ head: { ...head, pooling: ['cls', 'mean'] } }),
      await keyOf({ head: { ...head, normalize: false } }),
      await keyOf({ head: { ...head, includePrompt: false } }),
      await keyOf({ head: { ...head, dense: [dense] } }),
      await keyOf({ head: { ...head, dense: [{ ...dense, activation: 'identity' }] } }),
      await keyOf({ head: { ...head, dense: [{ ...dense, weight: Float32Array.of(1, 3) }] } }),
      await keyOf({ head: { ...head, dense: [{ ...dense, bias: Float32Array.of(0) }] } }),
      await keyOf({ head: { ...head, dense: [dense, dense] } }),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  test('is another one when the file, or weights beside it, have changed', async () => {
    const before = await keyOf();
    await writeFile(join(folder, 'model.onnx_data'), 'other weights');
    const weights = await keyOf();
    await utimes(join(folder, 'model.onnx'), 1, 1);
    const file = await keyOf();
    await writeFile(join(folder, 'more.bin'), '');
    const more = await keyOf();
    expect(new Set([before, weights, file, more]).size).toBe(4);
  });

  test('is the same when other models, texts or folders have', async () => {
    const before = await keyOf();
    for (const name of ['model_int8.onnx', 'config.json', 'README.md', 'vocab.txt']) {
      await writeFile(join(folder, name), 'x');
    }
    await mkdir(join(folder, '1_Pooling'));
    expect(await keyOf()).toBe(before);
  });

  test('is found although a link beside the model leads nowhere, and is another one when it leads somewhere', async () => {
    const before = await keyOf();
    // The hub's cache links to what was not fetched; files that others are writing vanish.
    await symlink('blobs/missing', join(folder, 'pytorch_model.bin'));
    expect(await keyOf()).toBe(before);
    await mkdir(join(folder, 'blobs'));
    await writeFile(join(folder, 'blobs', 'missing'), 'weights');
    expect(await keyOf()).not.toBe(before);
  });

  test('is another one for a file of the same size and time that took its place', async () => {
    const path = join(folder, 'model.onnx_data');
    await utimes(path, 1, 1);
    const before = await keyOf();
    await writeFile(join(folder, 'new'), 'WEIGHTS');
    await rm(path);
    await rename(join(folder, 'new'), path);
    await utimes(path, 1, 1);
    expect(await keyOf()).not.toBe(before);
  });

  test('of a file that is not there is an error', async () => {
    await expect(keyOf({ onnxPath: join(folder, 'none.onnx') })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
