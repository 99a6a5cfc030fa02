import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { safetensorsBytes } from '../../files/index.js';
import { floatsToHalves, halvesToFloats } from '../../numbers/index.js';
import { findWeights, hasWeights, openModelWeights, weightsName } from './open-weights.js';
import { streamWeight } from './stream-weight.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-weights-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = (tensors: Readonly<Record<string, readonly number[]>>) =>
  safetensorsBytes(
    Object.entries(tensors).map(([name, values]) => ({
      ...{ name, type: 'F32', dims: [values.length / 2, 2], data: Float32Array.from(values) },
    })),
  );
const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
const index = (map: object) => write('model.safetensors.index.json', JSON.stringify({ weight_map: map }));
const invalid = (why: string) => ({ code: 'WEIGHTS_INVALID', message: expect.stringContaining(why) });

describe('weights are found', () => {
  test('in one file', async () => {
    await write('model.safetensors', file({ a: [1, 2] }));
    await write('pytorch_model.bin', 'not read');
    const { files, tensors } = await findWeights(folder);
    expect(files).toEqual([join(folder, 'model.safetensors')]);
    expect(tensors.get('a')).toMatchObject({ type: 'F32', dims: [1, 2] });
    expect(await hasWeights(folder)).toBe(true);
    expect(await weightsName(folder)).toBe(files[0]);
  });

  test('in shards, each tensor where the index says', async () => {
    await write('one.safetensors', file({ a: [1, 2], shared: [9, 9] }));
    await write('two.safetensors', file({ b: [3, 4], shared: [8, 8] }));
    await index({ a: 'one.safetensors', b: 'two.safetensors', shared: 'two.safetensors' });
    const { found, weights } = await openModelWeights(folder);
    expect(found.files).toHaveLength(2);
    const numbers = await Promise.all(['a', 'b', 'shared'].map((name) => weights.floats(found.tensors.get(name)!)));
    await weights.close();
    expect(numbers.map((values) => [...values])).toEqual([
      [1, 2],
      [3, 4],
      [8, 8],
    ]);
  });

  test.each([
    [{ a: '../elsewhere.safetensors' }, '"../elsewhere.safetensors" is not the name'],
    [{ a: 'sub/one.safetensors' }, 'is not the name'],
    [{ a: '.hidden.safetensors' }, 'is not the name'],
    [{ a: 'one.bin' }, 'is not the name of a safetensors file'],
    [{}, 'it names 0 files'],
    [{ b: 'one.safetensors' }, 'tensor "b" is not in one.safetensors'],
  ])('but not with the index %j', async (map, why) => {
    await write('one.safetensors', file({ a: [1, 2] }));
    await index(map);
    await expect(findWeights(folder)).rejects.toMatchObject(invalid(why));
  });

  test.each([
    [[], 'neither model.safetensors nor pytorch_model.bin'],
    [['model.gguf'], 'GGUF files are quantized'],
    [['weights.pt'], 'save the model with'],
    [['tf_model.h5'], 'TensorFlow weights only'],
    [['flax_model.msgpack'], 'Flax weights only'],
  ])('nowhere where there is %j', async (names, why) => {
    await Promise.all(names.map((name) => write(name, '')));
    expect(await hasWeights(folder)).toBe(false);
    await expect(findWeights(folder)).rejects.toMatchObject(invalid(why));
    expect(await weightsName(folder)).toBe(join(folder, 'model.safetensors'));
  });

  test('nor in a folder that is not there', async () => {
    await expect(findWeights(join(folder, 'no'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await hasWeights(join(folder, 'no'))).toBe(false);
    await write('file', '');
    await expect(findWeights(join(folder, 'file'))).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
  });
});

describe('a weight is streamed', () => {
  async function streamed(values: readonly number[], columns: number, deferred: object): Promise<number[]> {
    const data = Float32Array.from(values);
    const dims = [values.length / columns, columns];
    await write('model.safetensors', safetensorsBytes([{ name: 'a', type: 'F32', dims, data }]));
    const { found, weights } = await openModelWeights(folder);
    const { weight = {}, ...rest } = deferred as { readonly weight?: object };
    try {
      const pieces: Uint8Array[] = [];
      for await (const piece of streamWeight(weights, {
        ...rest,
        weight: { tensor: found.tensors.get('a')!, ...weight },
      } as Parameters<typeof streamWeight>[1])) {
        pieces.push(Uint8Array.from(piece));
      }
      const { buffer } = Uint8Array.from(Buffer.concat(pieces));
      return Array.from('half' in rest ? halvesToFloats(new Uint16Array(buffer)) : new Float32Array(buffer));
    } finally {
      await weights.close();
    }
  }

  const six = [1, 2, 3, 4, 5, 6];

  test.each([
    ['as it is', {}, six],
    ['in rows', { weight: { rows: [1, 3] } }, [3, 4, 5, 6]],
    ['transposed', { transposed: true }, [1, 3, 5, 2, 4, 6]],
    ['in rows, transposed', { transposed: true, weight: { rows: [0, 2] } }, [1, 3, 2, 4]],
    ['with 1 added, as norms of Gemma have it', { weight: { plus: 1 } }, [2, 3, 4, 5, 6, 7]],
    ['in half precision', { half: true }, six],
  ])('%s', async (_, deferred, expected) => {
    expect(await streamed(six, 2, deferred)).toEqual(expected);
  });

  test('transposed in tiles as a whole', async () => {
    const [rows, columns] = [70, 45];
    const values = Array.from({ length: rows * columns }, (_, i) => i);
    const expected = Array.from(
      { length: rows * columns },
      (_, i) => values[(i % rows) * columns + Math.floor(i / rows)],
    );
    expect(await streamed(values, columns, { transposed: true })).toEqual(expected);
  });

  test('in half precision, rounded; and refused where half precision ends', async () => {
    const values = [0.1, 65_504, -65_504, 1e-9];
    expect(await streamed(values, 2, { half: true })).toEqual([
      ...halvesToFloats(floatsToHalves(Float32Array.from(values))),
    ]);
    for (const beyond of [65_520, -1e10, Number.POSITIVE_INFINITY, Number.NaN]) {
      await expect(streamed([1, beyond], 2, { half: true })).rejects.toMatchObject(invalid('convert it in FP32'));
    }
  });

  test('only of floats', async () => {
    await write(
      'model.safetensors',
      safetensorsBytes([{ name: 'a', type: 'I8', dims: [1, 2], data: Int8Array.of(1, 2) }]),
    );
    const { found, weights } = await openModelWeights(folder);
    await expect(weights.floats(found.tensors.get('a')!)).rejects.toMatchObject(invalid('has the type I8'));
    await weights.close();
  });
});
