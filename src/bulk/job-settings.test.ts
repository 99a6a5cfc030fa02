import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import type { VectorOptions } from '../embed/index.js';
import type { EngineDescription } from '../engine/index.js';
import type { DenseLayer, ModelFiles } from '../model/index.js';
import { encodeModel, floatTensor, makeNode, type TensorProto } from '../onnx/index.js';
import { difference, jobSettings } from './job-settings.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);
writeFileSync(path('tokenizer.json'), '{}');
writeFileSync(path('weights.bin'), Float32Array.of(1, 2));
/** A model whose weights lie in a file that is not named after it. */
const weights: TensorProto = {
  ...floatTensor('w', [2], new Float32Array(2)),
  ...{ rawData: undefined, dataLocation: 1 },
  externalData: [{ key: 'location', value: 'weights.bin' }],
};
const { proto } = smallModel({
  ...{ inputs: { x: 'float[2]' }, outputs: { y: 'float[2]' }, initializers: [weights] },
  nodes: [makeNode('Add', ['x', 'w'], ['y'])],
});
writeFileSync(path('model.onnx'), Buffer.concat(encodeModel(proto)));

const dense = (first: number): DenseLayer => ({
  inputs: 2,
  outputs: 1,
  weight: Float32Array.of(first, 2),
  activation: 'tanh',
});
const model = (layer = dense(1)) =>
  ({
    onnxPath: path('model.onnx'),
    tokenizerPath: path('tokenizer.json'),
    head: { pooling: ['mean'], includePrompt: true, dense: [layer], normalize: true },
    maxTokens: 256,
    lowerCase: false,
    prompts: {},
  }) as unknown as ModelFiles;
const engine: EngineDescription = {
  name: 'onnxruntime',
  version: '1.30.0',
  workers: 2,
  threadsPerWorker: 1,
  threadsReason: 'a test',
  memory: 'fast',
  batchTokens: 1024,
};

const settings = (files = model(), description = engine, options: VectorOptions = {}) =>
  jobSettings({ model: files, engine: description }, { out: 'out.npy', type: 'float32', dimensions: 1 }, options);

test('are the same for the same, however many workers and threads there are', async () => {
  expect(difference(await settings(), await settings(model(), { ...engine, workers: 4, threadsPerWorker: 2 }))).toBe(
    undefined,
  );
});

test('say what differs', async () => {
  const before = await settings();
  const now = async (...args: Parameters<typeof settings>) => difference(before, await settings(...args));
  expect(await now(model(dense(3)))).toBe('another dense layer');
  expect(await now(model(), { ...engine, memory: 'shared', batchTokens: 256 })).toBe(
    'memory was "fast" and is "shared", batch tokens was 1024 and is 256',
  );
  expect(await now(model(), { ...engine, version: '1.31.0' })).toBe('engine version was "1.30.0" and is "1.31.0"');
  expect(await now(model(), engine, { overLong: 'chunk', overlap: 8 })).toBe(
    'over-long was "truncate" and is "chunk", overlap was "default" and is 8',
  );
  writeFileSync(path('weights.bin'), Float32Array.of(1, 3));
  expect(await now()).toBe('another model');
});
