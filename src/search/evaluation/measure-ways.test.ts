import { describe, expect, test } from 'vitest';
import type { IndexManifest, Store } from '../../store/index.js';
import { measureWays, type PreparedWay, percentiles } from './measure-ways.js';
import { waysOf } from './ways.js';

test.each([
  [[5], 5, 5],
  [[3, 1, 2], 2, 2.98],
  [[4, 1, 3, 2], 2.5, 3.97],
])('of %j the median is %d and the 99th percentile %d', (values, p50, p99) => {
  const found = percentiles(values);
  expect(found.p50).toBeCloseTo(p50, 10);
  expect(found.p99).toBeCloseTo(p99, 10);
});

describe('ways to answer', () => {
  /** Gives the documents in this order, whatever is asked. */
  function preparedWay(documents: readonly string[], tops: number[] = []): PreparedWay {
    const store = {
      kinds: { float32: 'exact' },
      nearest: async ({ top }: { readonly top: number }) => {
        tops.push(top);
        return documents.slice(0, top).map((ref, i) => ({ ref, score: 1 - i / 1000 }));
      },
      chunks: async (refs: readonly string[]) =>
        refs.map((ref) => ({ id: ref, document: ref, text: '', metadata: { document: ref } })),
    } as unknown as Store;
    const manifest = { vectors: 'float32', model: { dimensions: 4 } } as IndexManifest;
    return { way: waysOf(undefined)[0], store, manifest, questions: [Float32Array.of(1), Float32Array.of(1)] };
  }

  const queries = [
    { id: 'q1', text: 'one' },
    { id: 'q2', text: 'two' },
  ];
  const judgements = new Map([
    ['q1', new Map([['a', 1]])],
    ['q2', new Map([['b', 1]])],
  ]);
  const isJudged = (id: string) => ['a', 'b'].includes(id);
  const measure = (ways: readonly PreparedWay[], sizes = { documents: 10, chunks: 10 }) =>
    measureWays(ways, { queries, judgements }, sizes, isJudged, {});

  test('are worth the means over the questions', async () => {
    const [{ metrics, comparisons, scannedBytes }] = await measure([preparedWay(['a', 'b', 'x'])]);
    // The one document that counts is first for one question, and second for the other.
    expect(metrics['mrr@10']).toBeCloseTo(0.75, 12);
    expect(metrics['ndcg@10']).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 12);
    expect(metrics['recall@10']).toBe(1);
    expect(comparisons).toEqual([]);
    expect(scannedBytes).toBe(10 * 4 * 4);
  });

  test('are held against the first', async () => {
    const found = await measure([preparedWay(['a', 'b']), preparedWay(['x', 'y'])]);
    const difference = found[1].comparisons.find(({ metric }) => metric === 'recall@10');
    expect([difference?.original, difference?.candidate, difference?.difference]).toEqual([1, 0, -1]);
  });

  test('find documents by the best of their passages', async () => {
    const tops: number[] = [];
    const passages = ['x', 'x', 'rows.csv#a', 'a', 'docs/b'];
    const [{ metrics }] = await measure([preparedWay(passages, tops)], { documents: 4, chunks: 10 });
    // x, a, b: second and third.
    expect(metrics['mrr@10']).toBeCloseTo((1 / 2 + 1 / 3) / 2, 12);
    // Ten documents have 25 passages on average.
    expect(new Set(tops)).toEqual(new Set([25, 250]));
  });
});
