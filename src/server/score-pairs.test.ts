import { describe, expect, test } from 'vitest';
import type { Reranker } from '../rerank/index.js';
import type { ModelShelf } from './model-shelf.js';
import { loadOfPairs, scorePairs } from './score-pairs.js';
import type { ServedModel } from './served-model.js';

const model = { files: { maxTokens: 8 } } as unknown as ServedModel;

test.each([
  [{} as ServedModel, 'ab', [], { texts: 0, tokens: 0, bytes: 0 }],
  [{} as ServedModel, 'ab', ['abc', ''], { texts: 2, tokens: 8 + 5, bytes: 8 }],
  [{} as ServedModel, 'a'.repeat(600), ['a'], { texts: 1, tokens: 512, bytes: 4 }],
  [model, 'ab', ['abc', 'abcd'], { texts: 2, tokens: 16, bytes: 8 }],
])('the load of pairs counts the query with every text (%#)', (served, query, texts, load) => {
  expect(loadOfPairs(served, { query, texts })).toEqual(load);
});

describe('scoring', () => {
  const asked: unknown[] = [];
  const reranker = {
    maxTokens: 8,
    score: async (query: string, texts: readonly string[], options: object) => {
      asked.push({ query, texts, options });
      return { scores: Float32Array.from(texts, ({ length }) => length), tokenCounts: [5, 20], truncated: 1 };
    },
  } as unknown as Reranker;
  const shelf = {
    useReranker: (_: ServedModel, work: (one: Reranker) => unknown) => work(reranker),
  } as unknown as ModelShelf;

  test('counts tokens as far as they are read, and the characters of query and texts', async () => {
    const found = await scorePairs({ shelf }, model, { query: 'q😀', texts: ['a', 'bcd'], activation: 'identity' });
    expect(Array.from(found.scores)).toEqual([1, 3]);
    expect(found).toMatchObject({ tokens: 5 + 8, characters: 2 + 1 + 3, truncated: 1, tokenizeMs: 0 });
    expect(asked).toMatchObject([{ query: 'q😀', options: { activation: 'identity' } }]);
  });

  test.each([
    ['\ud800', ['a'], 'input 0'],
    ['q', ['a', '\udfff'], 'input 2'],
  ])('half of a surrogate pair is refused (%#)', async (query, texts, place) => {
    await expect(scorePairs({ shelf }, model, { query, texts })).rejects.toThrow(`${place} is not valid Unicode`);
  });
});
