import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { floats, scalar, smallModel } from '../../test/support/small-model.js';
import { letterTokenizer } from '../../test/support/tiny-folder.js';
import { makeNode, type OnnxModel, writeModel } from '../onnx/index.js';
import { quantizeAll } from './quantize-all.js';

/** What becomes of models that come to nothing, which needs no model that runs. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-all-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
async function putModel(name: string, model: OnnxModel): Promise<void> {
  put(join(name, 'tokenizer.json'), letterTokenizer());
  put(join(name, 'config.json'), JSON.stringify({ model_type: 'bert', max_position_embeddings: 64 }));
  mkdirSync(join(folder, name, 'onnx'));
  await writeModel(model, join(folder, name, 'onnx', 'model.onnx'));
}
const inputs = { input_ids: 'int64[batch,tokens]', attention_mask: 'int64[batch,tokens]' };
const scoring = smallModel({
  inputs,
  outputs: { logits: 'float[batch,1]' },
  nodes: [makeNode('Cast', ['input_ids'], ['logits'], { attributes: { to: { int: 1 } } })],
});
const statuses = async (options: Partial<Parameters<typeof quantizeAll>[1]> = {}) => {
  const { items } = await quantizeAll(folder, { to: ['int8', 'fp16'], calibration: false, ...options });
  return items.map(({ model, method, status }) => `${model} ${method} ${status}`);
};

describe('a folder', () => {
  test('without a model is an error that says what was looked for', async () => {
    put('notes.txt', 'nothing');
    await expect(quantizeAll(folder, { to: ['int8'] })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      details: { path: folder },
    });
  });

  test('that is not there is an error', async () => {
    await expect(quantizeAll(join(folder, 'none'), { to: ['int8'] })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('with variants alone has nothing to do, and names them', async () => {
    put('gte-INT8.onnx', '');
    const { items, variants } = await quantizeAll(folder, { to: ['int8'], calibration: false });
    expect([items, variants]).toEqual([[], ['gte-INT8.onnx']]);
  });

  test('is not looked into before the options are known to be right', async () => {
    await expect(quantizeAll(join(folder, 'none'), { to: [] })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(quantizeAll(folder, { to: ['int8'], names: 'model.onnx' })).rejects.toMatchObject({ code: 'USAGE' });
    const wrong = { to: ['int8'], output: 3 } as unknown as Parameters<typeof quantizeAll>[1];
    await expect(quantizeAll(folder, wrong)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('is left when it is cancelled', async () => {
    put('a.onnx', 'broken');
    await expect(quantizeAll(folder, { to: ['int8'], signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe('a model', () => {
  test('that cannot be read fails in all its variants, in the order that they were asked for, and stops no other', async () => {
    put('a.onnx', 'broken');
    put('b/tokenizer.json', letterTokenizer());
    put('b/onnx/model.onnx', 'broken, too');
    await putModel('c', scoring);
    expect(await statuses()).toEqual([
      'a.onnx int8 failed',
      'a.onnx fp16 failed',
      'b int8 failed',
      'b fp16 failed',
      'c int8 skipped',
      'c fp16 skipped',
    ]);
  });

  test('that cannot be read is told with the places where its variants would stand', async () => {
    put('a.onnx', 'broken');
    put('b/tokenizer.json', letterTokenizer());
    put('b/onnx/model.onnx', 'broken, too');
    const output = join(folder, 'out');
    const { items } = await quantizeAll(folder, { to: ['int8'], calibration: false, output });
    expect(items.map(({ path }) => path)).toEqual([
      join(output, 'a-INT8.onnx'),
      join(output, 'b/onnx/model_int8.onnx'),
    ]);
  });

  test('that scores pairs is left to the command that makes its variants', async () => {
    await putModel('reranker', scoring);
    const { items } = await quantizeAll(folder, { to: ['int8'], calibration: false });
    expect(items).toEqual([
      {
        ...{ model: 'reranker', method: 'int8', status: 'skipped' },
        path: join(folder, 'reranker/onnx/model_int8.onnx'),
        reason: `it scores pairs of texts: make its variants with "octavec quantize ${join(folder, 'reranker')}"`,
        seconds: expect.any(Number),
      },
    ]);
  });

  test('that is quantized already, or has nothing to quantize, is skipped, and leaves nothing', async () => {
    const states = { last_hidden_state: 'float[batch,tokens,2]' };
    const table = { outputs: states, inputs, initializers: [floats('w', [3, 2], [1, 2, 3, 4, 5, 6])] };
    const output = 'last_hidden_state';
    await putModel('done', {
      ...smallModel({
        ...{ ...table, initializers: [...table.initializers, scalar('one', 1)] },
        nodes: [
          makeNode('Gather', ['w', 'input_ids'], ['words']),
          makeNode('DynamicQuantizeLinear', ['words'], ['codes', 'scale', 'zero']),
          makeNode('DequantizeLinear', ['codes', 'scale', 'zero'], [output]),
        ],
      }),
    });
    const { items } = await quantizeAll(folder, { to: ['int8'], calibration: false, output: join(folder, 'out') });
    expect(items).toMatchObject([{ model: 'done', status: 'skipped' }]);
    expect(items[0].reason).toContain('quantized already');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  test('stays as it was, whatever happens', async () => {
    put('a.onnx', 'broken');
    await statuses({ force: true });
    expect(readdirSync(folder)).toEqual(['a.onnx']);
    expect(readFileSync(join(folder, 'a.onnx'), 'utf8')).toBe('broken');
  });

  test('is told with its number and name while it is worked at', async () => {
    await putModel('a', scoring);
    const seen: string[] = [];
    await quantizeAll(folder, { to: ['int8'], onProgress: ({ stage }) => seen.push(stage) });
    expect(seen.every((stage) => stage.startsWith('Model 1 of 1, a: '))).toBe(true);
  });
});

test('two models whose variants would stand in one place: the second fails, with both names', async () => {
  put('gte.onnx', 'broken');
  put('gte-FP32.onnx', 'broken');
  put('tokenizer/tokenizer.json', letterTokenizer());
  const { items } = await quantizeAll(folder, { to: ['int8'], calibration: false });
  expect(items.map(({ model, status }) => [model, status])).toEqual([
    ['gte-FP32.onnx', 'failed'],
    ['gte.onnx', 'failed'],
  ]);
});
