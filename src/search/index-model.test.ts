import { describe, expect, test } from 'vitest';
import type { Embedder } from '../embed/index.js';
import type { IndexedModel } from '../store/index.js';
import { agreementNote, checkModel, describeModel, nameOf, unitMatrix, variantOf } from './index-model.js';

const directions = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [0.6, 0.8, 0],
];

/** An embedder that gives the same vectors for whatever comes. */
function embedderOf(rows: readonly (readonly number[])[], more: object = {}): Embedder {
  const embedder = {
    width: rows[0].length,
    model: { prompts: {}, onnxPath: '/models/m/onnx/model_int8.onnx', folder: '/models/m', ...more },
    embed: async (texts: readonly string[], { dimensions }: { readonly dimensions: number }) => ({
      data: Float32Array.from(texts.flatMap((_, i) => rows[i].slice(0, dimensions))),
      ...{ rows: texts.length, columns: dimensions },
    }),
  };
  return embedder as unknown as Embedder;
}

const made: IndexedModel = {
  ...{ name: 'm', variant: 'int8', dimensions: 3, documentPrompt: '', queryPrompt: '', probes: directions },
};

describe('what an index notes of a model', () => {
  test('are its probes at length 1, with five places', async () => {
    const long = directions.map((row) => row.map((value) => 7 * value));
    expect(await describeModel(embedderOf(long), { name: 'm' }, 3)).toEqual(made);
    const thirds = await describeModel(embedderOf([[1, 1, 1], ...directions]), { name: 'm' }, 3);
    expect(thirds.probes[0]).toEqual([0.57735, 0.57735, 0.57735]);
  });

  test('are probes of the length that the index has', async () => {
    const { probes, dimensions } = await describeModel(embedderOf([[3, 4, 12], ...directions]), { name: 'm' }, 2);
    expect(dimensions).toBe(2);
    expect(probes[0]).toEqual([0.6, 0.8]);
    expect(probes[3]).toEqual([0, 0]);
  });

  test('are its prompts by their roles', async () => {
    const prompts = { query: 'query: ', document: 'passage: ' };
    const described = await describeModel(embedderOf(directions, { prompts }), { name: 'm' }, 3);
    expect([described.queryPrompt, described.documentPrompt]).toEqual(['query: ', 'passage: ']);
  });
});

describe('a model is held against the one that an index was made with', () => {
  test('and is the same if its vectors are', async () => {
    expect(await checkModel('x', made, embedderOf(directions))).toBeCloseTo(1, 6);
  });

  test('and is the same if neither knows a word of a sentence', async () => {
    // A static model of another language gives no direction for it.
    const rows = [...directions.slice(0, 3), [0, 0, 0]];
    expect(await checkModel('x', { ...made, probes: rows }, embedderOf(rows))).toBeCloseTo(1, 6);
    await expect(checkModel('x', made, embedderOf(rows))).rejects.toThrow('their mean cosine is 0.750');
    await expect(checkModel('x', { ...made, probes: rows }, embedderOf(directions))).rejects.toThrow('0.750');
  });

  test('and is near to it as a variant', async () => {
    // Three of the four are the same, of the last the cosine is 0.8.
    const near = [...directions.slice(0, 3), [0, 1, 0]];
    const agreement = await checkModel('x', made, embedderOf(near));
    expect(agreement).toBeCloseTo(0.95, 6);
    expect(agreementNote(made, embedderOf(near), agreement)).toContain('made with m (int8) and is asked with int8');
    expect(agreementNote(made, embedderOf(near), agreement)).toContain('0.9500');
    expect(agreementNote(made, embedderOf(near), 0.9996)).toBeUndefined();
  });

  test.each([
    [
      'other vectors',
      [
        [0, 1, 0],
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 1],
      ],
      'their mean cosine is 0.250',
    ],
    ['vectors without a length', [0, 0, 0, 0].map(() => [0, 0, 0]), 'their mean cosine is 0.000'],
    ['shorter vectors', directions.map((row) => row.slice(0, 2)), 'they have 2 dimensions, and the index 3'],
    ['vectors that are none', directions.map((row) => [Number.NaN, ...row.slice(1)]), 'their mean cosine is NaN'],
  ])('and is refused with %s', async (_, rows, why) => {
    await expect(checkModel('x', made, embedderOf(rows))).rejects.toMatchObject({
      ...{
        code: 'INDEX_OTHER_MODEL',
        details: { path: 'x', made: 'm (int8)', given: '/models/m', why: expect.stringContaining(why) },
      },
    });
  });

  test('and longer vectors are cut', async () => {
    const longer = directions.map((row) => [...row, 9]);
    expect(await checkModel('x', made, embedderOf(longer))).toBeCloseTo(1, 6);
  });
});

test('a model is named with its variant', () => {
  expect(nameOf({ name: 'm' })).toBe('m');
  expect(nameOf({ name: 'm', variant: 'q4' })).toBe('m (q4)');
  expect(variantOf(embedderOf(directions))).toBe('int8');
});

test('vectors are scaled to length 1, and what has none stays 0', () => {
  const { data, rows, columns } = unitMatrix({ data: Float32Array.of(3, 4, 0, 0, 0, -2), rows: 3, columns: 2 });
  expect([rows, columns]).toEqual([3, 2]);
  expect([...data].map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8, 0, 0, 0, -1]);
  expect(unitMatrix({ data: new Float32Array(), rows: 0, columns: 5 })).toEqual({
    ...{ data: new Float32Array(), rows: 0, columns: 5 },
  });
});
