import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import { tinyModel } from '../../test/support/tiny-models.js';
import type { ModelFiles } from '../model/index.js';
import { makeNode, readModel, withGraph, writeModel } from '../onnx/index.js';
import type { NativeBinding, NativeModel, NativeTensor } from './binding.js';
import { buildModel } from './build-model.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { onnxPath, padTokenId, head } = tinyModel('bert');
const files = (changes: object = {}) => ({ onnxPath, padTokenId, head, maxTokens: 16, ...changes }) as ModelFiles;

/** A core that takes what it is given, or says why not. */
function core(why?: string) {
  const given: { key: string; words: Int32Array; tensors: readonly NativeTensor[] }[] = [];
  const loadModel: NativeBinding['loadModel'] = async (key, words, tensors) => {
    if (why !== undefined) {
      throw new Error(why);
    }
    given.push({ key, words, tensors });
    return { width: 64 } as NativeModel;
  };
  return { given, binding: { loadModel } as NativeBinding };
}
const reasonOf = async (changes: object, why?: string) => {
  const built = await buildModel(core(why).binding, files(changes), 'int8', 'key');
  return 'reason' in built ? built : undefined;
};

describe('a model for the native core', () => {
  test('is described under its key, in the precision that is asked for, for no more tokens than it has positions', async () => {
    const { binding, given } = core();
    const built = await buildModel(binding, files({ maxTokens: 100_000 }), 'bf16', 'the key');
    expect(built).toEqual({ model: { width: 64 } });
    expect(given).toHaveLength(1);
    const [{ key, words, tensors }] = given;
    expect([key, words[2]]).toEqual(['the key', 2]);
    expect(tensors.some(({ rows, columns }) => rows === words[8] && columns === 64)).toBe(true);
    expect(words[8]).toBeLessThan(100_000);
  });
});

describe('a model that the native core does not run', () => {
  test('has a dense layer with an activation that it does not have', async () => {
    const layer = { weight: new Float32Array(64), inputs: 64, outputs: 1 };
    for (const activation of ['relu', 'gelu']) {
      const dense = [
        { ...layer, activation: 'tanh' },
        { ...layer, activation },
      ];
      expect(await reasonOf({ head: { ...head, dense } })).toEqual({
        reason: `the native engine does not run this model: a dense layer behind it has the activation ${activation}`,
      });
    }
  });

  test('has inputs that are made for fewer tokens than it shall read', async () => {
    const model = await readModel(onnxPath);
    const { graph } = model.proto;
    const fixed = graph.input.map((input) => ({
      ...input,
      type: { tensorType: { elemType: 7, shape: { dim: [{ dimParam: 'batch' }, { dimValue: 8 }] } } },
    }));
    const { path } = await writeModel(withGraph(model, { ...graph, input: fixed }), join(folder, 'fixed.onnx'));
    expect(await reasonOf({ onnxPath: path, maxTokens: 9 })).toEqual({
      reason: 'the native engine does not run this model: its inputs are made for 8 tokens',
    });
  });

  test('is no encoder that it knows', async () => {
    const model = smallModel({
      inputs: { input_ids: 'int64[batch,sequence]' },
      outputs: { y: 'int64[batch,sequence]' },
      nodes: [makeNode('Identity', ['input_ids'], ['y'])],
    });
    const { path } = await writeModel(model, join(folder, 'identity.onnx'));
    expect((await reasonOf({ onnxPath: path }))?.reason).toMatch(/^the native engine does not know this model: ./);
  });

  test.each([
    ['out of memory', true],
    ['too many heads', false],
  ])('is refused by the core, which may pass: %s', async (why, mayPass) => {
    const refused = { reason: `the native engine cannot take this model: ${why}`, mayPass };
    expect(await reasonOf({ maxTokens: 4 }, why)).toEqual(refused);
  });

  test('is no model at all, which is an error', async () => {
    writeFileSync(join(folder, 'text.onnx'), 'hello');
    await expect(reasonOf({ onnxPath: join(folder, 'text.onnx') })).rejects.toMatchObject({ code: 'NOT_ONNX' });
    await expect(reasonOf({ onnxPath: join(folder, 'none.onnx') })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
