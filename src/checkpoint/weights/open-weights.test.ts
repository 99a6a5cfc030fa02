import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { safetensorsBytes } from '../../files/index.js';
import { findWeights, hasWeights, weightsName } from './open-weights.js';
import { WeightFiles } from './weight-files.js';

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
    const found = await findWeights(folder);
    const weights = new WeightFiles(found.tensors);
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

  test('nor beside an adapter, which transformers would add to them', async () => {
    await write('adapter_config.json', '{"peft_type": "LORA"}');
    await write('adapter_model.safetensors', file({ a: [1, 2] }));
    await expect(findWeights(folder)).rejects.toMatchObject(invalid('merge_and_unload'));
    await write('model.safetensors', file({ a: [1, 2] }));
    await expect(findWeights(folder)).rejects.toMatchObject(invalid('an adapter'));
  });

  test('nor in a folder that is not there', async () => {
    await expect(findWeights(join(folder, 'no'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await hasWeights(join(folder, 'no'))).toBe(false);
    await write('file', '');
    await expect(findWeights(join(folder, 'file'))).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
  });
});

test('numbers are read of floats only', async () => {
  await write(
    'model.safetensors',
    safetensorsBytes([{ name: 'a', type: 'I8', dims: [1, 2], data: Int8Array.of(1, 2) }]),
  );
  const { tensors } = await findWeights(folder);
  const weights = new WeightFiles(tensors);
  await expect(weights.floats(tensors.get('a')!)).rejects.toMatchObject(invalid('has the type I8'));
  await weights.close();
});
