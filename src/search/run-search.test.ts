import { describe, expect, test } from 'vitest';
import type { Hit, HitQuery, IndexManifest, Store, StoredChunk, TextQuery, VectorQuery } from '../store/index.js';
import { runSearch } from './run-search.js';

const manifest = { vectors: 'int8' } as IndexManifest;
const vector = Float32Array.of(1, 0);
const embedQuery = async () => vector;

/** A store with lists that are given, whose chunks are called as their refs. */
function storeOf(lists: { readonly nearest?: readonly string[]; readonly matching?: readonly string[] }) {
  const asked: Record<string, HitQuery> = {};
  const hits = (name: 'nearest' | 'matching', query: HitQuery): Hit[] => {
    asked[name] = query;
    return (lists[name] ?? []).slice(0, query.top).map((ref, i) => ({ ref, score: 1 - i / 100 }));
  };
  const store = {
    kinds: { int8: 'exact', binary: 32 },
    nearest: async (query: VectorQuery) => hits('nearest', query),
    matching: async (query: TextQuery) => hits('matching', query),
    chunks: async (refs: readonly string[]) =>
      refs.map((ref): StoredChunk | undefined =>
        ref.startsWith('gone') ? undefined : { id: ref, document: ref, text: `text of ${ref}`, metadata: {} },
      ),
    // Every second chunk is the same as the one before.
    vectors: async (refs: readonly string[]) => {
      const data = refs.flatMap((_, i) => (Math.floor(i / 2) % 2 === 0 ? [1, 0] : [0, 1]));
      return { data: Float32Array.from(data), rows: refs.length, columns: 2 };
    },
  };
  return { store: store as unknown as Store, asked };
}

const many = (count: number, prefix = 'c') => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const ids = (results: readonly { readonly id: string }[]) => results.map(({ id }) => id);

describe('a question', () => {
  test('is put by meaning and by words, and deeper than results are wanted', async () => {
    const { store, asked } = storeOf({ nearest: ['a', 'b'], matching: ['b', 'c'] });
    const results = await runSearch(store, manifest, 'Query', embedQuery, { top: 2, filter: 'x = 1' });
    expect(ids(results)).toEqual(['b', 'a']);
    const filter = { kind: 'compare', field: 'x', operator: '=', value: 1 };
    expect(asked.nearest).toEqual({ vector, top: 100, filter, rescore: 'exact' });
    expect(asked.matching).toEqual({ text: 'Query', top: 100, filter });
    expect(results[0]).toEqual({
      ...{ id: 'b', document: 'b', text: 'text of b', metadata: {}, score: 1 / 61 + 1 / 62 },
    });
  });

  test('by words alone needs no vector', async () => {
    const { store, asked } = storeOf({ nearest: ['a'], matching: ['b'] });
    const refuse = async () => Promise.reject(new Error('embedded'));
    expect(ids(await runSearch(store, manifest, 'q', refuse, { mode: 'text', top: 3 }))).toEqual(['b']);
    expect(asked).toEqual({ matching: { text: 'q', top: 3, filter: undefined } });
    await expect(runSearch(store, manifest, 'q', refuse, { mode: 'vector' })).rejects.toThrow('embedded');
  });

  test('by meaning alone keeps the cosines, of ten results if nobody says', async () => {
    const { store, asked } = storeOf({ nearest: many(30), matching: ['x'] });
    const results = await runSearch(store, manifest, 'q', embedQuery, { mode: 'vector' });
    expect(ids(results)).toEqual(many(10));
    expect(results[1].score).toBe(0.99);
    expect(asked.matching).toBeUndefined();
    expect(asked.nearest.top).toBe(10);
  });

  test.each([
    ['int8', undefined, 'exact'],
    ['binary', undefined, 32],
    ['binary', 'exact', 'exact'],
    ['binary', 2, 2],
    ['float16', undefined, 'exact'],
  ] as const)('of %s vectors with rescore %s rescores %s', async (vectors, rescore, expected) => {
    const { store, asked } = storeOf({});
    await runSearch(store, { ...manifest, vectors }, 'q', embedQuery, { rescore });
    expect(asked.nearest).toMatchObject({ rescore: expected });
  });

  test('that nothing answers has no results', async () => {
    const { store } = storeOf({});
    const rerank = { score: async () => Promise.reject(new Error('asked')) };
    expect(await runSearch(store, manifest, 'q', embedQuery, {})).toEqual([]);
    expect(await runSearch(store, manifest, 'q', embedQuery, { rerank, diversity: 1 })).toEqual([]);
  });

  test('with a filter that is wrong is refused before anything is asked', async () => {
    const { store, asked } = storeOf({});
    await expect(runSearch(store, manifest, 'q', embedQuery, { filter: 'a =' })).rejects.toMatchObject({
      code: 'FILTER_INVALID',
    });
    expect(asked).toEqual({});
  });
});

test('a chunk that another process has removed meanwhile is left out, and the others keep their places', async () => {
  const { store } = storeOf({ nearest: ['a', 'gone', 'b'] });
  const results = await runSearch(store, manifest, 'q', embedQuery, { mode: 'vector', explain: true });
  expect(results.map(({ id, score, explanation }) => [id, score, explanation?.rank])).toEqual([
    ['a', 1, 1],
    ['b', 0.98, 3],
  ]);
});

test('diversity chooses among five times as many', async () => {
  const { store, asked } = storeOf({ nearest: many(50) });
  const options = { mode: 'vector', top: 2, diversity: 0.9, explain: true } as const;
  const results = await runSearch(store, manifest, 'q', embedQuery, options);
  expect(asked.nearest.top).toBe(10);
  expect(ids(results)).toEqual(['c0', 'c2']);
  expect(results[1].explanation).toEqual({ rank: 3, vector: { rank: 3, cosine: 0.98 } });
});

test('an explanation names the words that were found, each once, as they are searched', async () => {
  const { store } = storeOf({ nearest: ['b'], matching: ['a', 'b'] });
  const results = await runSearch(store, manifest, 'The TEXT of b? text!', embedQuery, { explain: true });
  expect(results[0].explanation).toEqual({
    ...{ rank: 1, vector: { rank: 1, cosine: 1 }, text: { rank: 2, bm25: 0.99, words: ['text', 'of', 'b'] } },
  });
  expect(results[1].explanation).toEqual({ rank: 2, text: { rank: 1, bm25: 1, words: ['text', 'of'] } });
});

describe('a cross-encoder', () => {
  const backwards = {
    score: async (_: string, texts: readonly string[]) => ({ scores: Float32Array.from(texts.keys()) }),
  };

  test('reads the best 50 and orders them anew', async () => {
    const { store } = storeOf({ nearest: many(80) });
    const read: (readonly string[])[] = [];
    const rerank = {
      score: (query: string, texts: readonly string[]) => {
        read.push([query, ...texts]);
        return backwards.score(query, texts);
      },
    };
    const options = { mode: 'vector', top: 3, rerank } as unknown as Parameters<typeof runSearch>[4];
    const results = await runSearch(store, manifest, 'q', embedQuery, options);
    expect(read[0]).toEqual(['q', ...many(50).map((id) => `text of ${id}`)]);
    expect(results.map(({ id, score }) => [id, score])).toEqual([
      ['c49', 49],
      ['c48', 48],
      ['c47', 47],
    ]);
  });

  test('reads as many as are wanted if that is more, and leaves equal ones in their order', async () => {
    const { store } = storeOf({ nearest: many(80) });
    const rerank = {
      score: async (_: string, texts: readonly string[]) => ({ scores: new Float32Array(texts.length) }),
    };
    const options = { mode: 'vector', top: 60, rerank } as unknown as Parameters<typeof runSearch>[4];
    expect(ids(await runSearch(store, manifest, 'q', embedQuery, options))).toEqual(many(60));
  });
});
