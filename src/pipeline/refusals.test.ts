import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import { letterTokenizer } from '../../test/support/tiny-folder.js';
import { makeNode, type OnnxModel, writeModel } from '../onnx/index.js';
import { compare } from './compare.js';
import { evaluate } from './evaluate.js';
import { quantize } from './quantize.js';
import { verify } from './verify.js';

/** What the main jobs refuse before a model is run. */
let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-refusals-'));
  folder = join(root, 'model');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(join(folder, 'tokenizer.json'), letterTokenizer());
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', max_position_embeddings: 64 }));
});
afterEach(() => rmSync(root, { recursive: true }));

const inputs = { input_ids: 'int64[batch,tokens]', attention_mask: 'int64[batch,tokens]' };
const outputs = { last_hidden_state: 'float[batch,tokens,32]' };
const square = (name: string) =>
  floats(
    name,
    [32, 32],
    Array.from({ length: 1024 }, (_, i) => (i % 7) - 3),
  );
const table = square('table');
const encoder = smallModel({
  ...{ inputs, outputs, initializers: [table, square('w')] },
  nodes: [
    makeNode('Gather', ['table', 'input_ids'], ['words']),
    makeNode('MatMul', ['words', 'w'], ['last_hidden_state']),
  ],
});
const quantized = smallModel({
  ...{ inputs, outputs, initializers: [table] },
  nodes: [
    makeNode('Gather', ['table', 'input_ids'], ['words']),
    makeNode('DynamicQuantizeLinear', ['words'], ['codes', 'scale', 'zero']),
    makeNode('DequantizeLinear', ['codes', 'scale', 'zero'], ['last_hidden_state']),
  ],
});
const plain = smallModel({
  ...{ inputs, outputs: { y: 'float[batch,tokens]' } },
  nodes: [makeNode('Cast', ['input_ids'], ['y'], { attributes: { to: { int: 1 } } })],
});
const put = (model: OnnxModel) => writeModel(model, join(folder, 'onnx', 'model.onnx'));

describe('wrong usage is told before anything is opened', () => {
  const wrong = { code: 'USAGE' };
  test.each([
    ['quantize without a method', () => quantize('/nowhere', { to: [] })],
    ['quantize without options', () => quantize('/nowhere', undefined as never)],
    ['quantize into a number', () => quantize('/nowhere', { to: ['int8'], output: 3 as never })],
    ['compare with a word for files', () => compare('/nowhere', { variants: 'a.onnx' as never })],
    ['compare with an engine that there is not', () => compare('/nowhere', { engines: ['fast' as never] })],
    ['compare with speed in words', () => compare('/nowhere', { bench: 'yes' as never })],
    ['evaluate without tasks', () => evaluate('/nowhere', {} as never)],
    ['evaluate with names for tasks', () => evaluate('/nowhere', { tasks: ['scifact-mini' as never] })],
    ['evaluate without options', () => evaluate('/nowhere', undefined as never)],
    ['verify without an original', () => verify('/nowhere', {} as never)],
    ['verify on a device that there is not', () => verify('/nowhere', { against: '/no', device: 'gpu' as never })],
    ['verify with an option that there is not', () => verify('/nowhere', { against: '/no', colour: 1 } as never)],
  ])('%s', async (_, job) => {
    await expect(job()).rejects.toMatchObject(wrong);
  });
});

describe('what is not there is told by its name', () => {
  const nowhere = '/nowhere/model';
  test.each([
    ['quantize', () => quantize(nowhere, { to: ['int8'] })],
    ['compare', () => compare(nowhere)],
    ['evaluate', () => evaluate(nowhere, { tasks: [] })],
    ['verify', () => verify('/x', { against: nowhere })],
  ])('%s', async (_, job) => {
    await expect(job()).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringContaining(nowhere) });
  });

  test('a comparison without anything to compare', async () => {
    await put(encoder);
    await expect(compare(folder)).rejects.toMatchObject({
      code: 'USAGE',
      details: { problem: expect.stringContaining('no variant beside') },
    });
  });
});

describe('what cannot be quantized is refused, and nothing is left', () => {
  const left = () => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();

  test.each([
    ['quantized already', quantized, 'ALREADY_QUANTIZED'],
    ['without weights', plain, 'NOTHING_TO_QUANTIZE'],
  ])('a model that is %s', async (_, model, code) => {
    await put(model);
    const before = left();
    await expect(quantize(folder, { to: ['int8'], output: join(root, 'out') })).rejects.toMatchObject({ code });
    expect(left()).toEqual(before);
  });

  test('several variants into one file', async () => {
    await put(encoder);
    const several = quantize(folder, { to: ['int8', 'fp16'], output: join(root, 'one.onnx') });
    await expect(several).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('is one file') });
  });

  test('a variant over its own source', async () => {
    await put(encoder);
    const source = join(folder, 'onnx', 'model.onnx');
    await expect(quantize(source, { to: ['fp16'], output: source })).rejects.toMatchObject({
      code: 'OUTPUT_IS_SOURCE',
    });
  });

  test('into a place that cannot be written', async () => {
    await put(encoder);
    writeFileSync(join(root, 'file'), '');
    const before = left();
    await expect(quantize(folder, { to: ['fp16'], output: join(root, 'file', 'out') })).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
    });
    expect(left()).toEqual(before);
  });

  test('layers that the model does not have', async () => {
    await put(encoder);
    const selection = { include: ['decoder'] };
    await expect(quantize(folder, { to: ['int8'], selection })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('decoder'),
    });
  });
});
