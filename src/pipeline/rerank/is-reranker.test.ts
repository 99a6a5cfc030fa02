import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallModel } from '../../../test/support/small-model.js';
import { letterTokenizer } from '../../../test/support/tiny-folder.js';
import { makeNode, writeModel } from '../../onnx/index.js';
import { isReranker } from './is-reranker.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-is-reranker-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  mkdirSync(join(folder, 'onnx'));
  writeFileSync(join(folder, 'tokenizer.json'), letterTokenizer());
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', max_position_embeddings: 64 }));
});

/** Outputs by name and shape, of a graph that is never run. */
async function isOne(outputs: Readonly<Record<string, string>>): Promise<boolean> {
  const model = smallModel({
    inputs: { input_ids: 'int64[batch,tokens]', attention_mask: 'int64[batch,tokens]' },
    outputs,
    nodes: Object.keys(outputs).map((name) =>
      makeNode('Cast', ['input_ids'], [name], { attributes: { to: { int: 1 } } }),
    ),
  });
  await writeModel(model, join(folder, 'onnx', 'model.onnx'));
  return isReranker(folder);
}

describe('a model scores pairs of texts', () => {
  test.each([
    ['one number for a text', { logits: 'float[batch,1]' }, true],
    ['hidden states', { last_hidden_state: 'float[batch,tokens,32]' }, false],
    ['vectors', { sentence_embedding: 'float[batch,32]' }, false],
    [
      'hidden states and a score beside them',
      { last_hidden_state: 'float[batch,tokens,32]', logits: 'float[batch,1]' },
      false,
    ],
    ['a number for a text without a shape', { logits: 'float' }, false],
    ['whole numbers', { logits: 'int64[batch,1]' }, false],
  ])('if its file declares %s', async (_, outputs, expected) => {
    expect(await isOne(outputs as Record<string, string>)).toBe(expected);
  });

  test('but not where there is no model, or one that is opened otherwise', async () => {
    expect(await isReranker(join(folder, 'nowhere'))).toBe(false);
    expect(await isReranker(join(folder, 'tokenizer.json'))).toBe(false);
  });

  test('which a damaged file does not say: it is an error', async () => {
    writeFileSync(join(folder, 'onnx', 'model.onnx'), 'not a model');
    await expect(isReranker(folder)).rejects.toMatchObject({ code: 'NOT_ONNX' });
  });
});
