import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ModelFiles } from '../model/index.js';
import type { LoadedBinding, NativeModel } from './binding.js';
import { packedModel, placesFor } from './packed-model.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-packed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = { onnxPath: join(folder, 'model.onnx') } as ModelFiles;
const loadedWith = (mapModel: (...asked: unknown[]) => Promise<NativeModel>, isa = 'avx2', build = '1-1') =>
  ({ binding: { isa, mapModel }, build }) as unknown as LoadedBinding;
const loaded = loadedWith(async () => ({ width: 2 }) as NativeModel);
let cache: string;

beforeEach(() => {
  writeFileSync(files.onnxPath, 'model');
  cache = mkdtempSync(join(folder, 'cache-'));
  vi.stubEnv('OCTAVEC_CACHE', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const targetsOf = async (...asked: Parameters<typeof placesFor>) =>
  (await placesFor(...asked)).map(({ target }) => target);

describe('places of packed models', () => {
  test('are in the cache folder first', async () => {
    const [first] = await targetsOf(loaded, files, 'key');
    expect(first.startsWith(join(cache, 'native'))).toBe(true);
    expect(first.endsWith('.packed')).toBe(true);
  });

  test('are others for another binary, instruction set, way to run it, kind, and state of the model', async () => {
    const mapModel = async () => ({}) as NativeModel;
    const before = await Promise.all([
      targetsOf(loaded, files, 'key'),
      targetsOf(loaded, files, 'key 2'),
      targetsOf(loaded, files, 'key', '.fitness.json'),
      targetsOf(loadedWith(mapModel, 'avx512'), files, 'key'),
      targetsOf(loadedWith(mapModel, 'avx2', '1-2'), files, 'key'),
    ]);
    utimesSync(files.onnxPath, 1, 1);
    const all = [...before, await targetsOf(loaded, files, 'key')].map(([first]) => first);
    expect(new Set(all).size).toBe(all.length);
    expect(new Set(all.map(dirname)).size).toBe(1);
  });

  test('of a model that is not there are an error', async () => {
    await expect(placesFor(loaded, { onnxPath: join(folder, 'none.onnx') } as ModelFiles, 'key')).rejects.toThrow(
      'ENOENT',
    );
  });
});

describe('a model that was packed before', () => {
  const pack = async (of = loaded) => {
    const [target] = await targetsOf(of, files, 'key');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, 'packed');
    return target;
  };

  test('is mapped from where it is, under its key', async () => {
    const mapModel = vi.fn(async () => ({ width: 3 }) as NativeModel);
    const target = await pack();
    expect(await packedModel(loadedWith(mapModel), files, 'int8', 'key')).toEqual({ model: { width: 3 } });
    expect(mapModel.mock.calls).toEqual([['key', target, false]]);
  });

  test('says whether it computes in bfloat16', async () => {
    const mapModel = vi.fn(async () => ({}) as NativeModel);
    const target = await pack();
    await packedModel(loadedWith(mapModel), files, 'bf16', 'key');
    await packedModel(loadedWith(mapModel), files, 'fp32', 'key');
    expect(mapModel.mock.calls).toEqual([
      ['key', target, true],
      ['key', target, false],
    ]);
  });
});
