import { expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { Vectors } from '../embed/index.js';
import { siftBatch } from './skipped-text.js';

const items = [{ text: 'a', place: 'line 1' }, { text: 'b', place: 'line 2', id: 7 }, { text: 'c' }];

function batch(...failures: { index: number; error: OctavecError }[]) {
  const vectors = new Vectors({
    ...{ data: Float32Array.of(1, 2, 3, 4, 5, 6), columns: 2, truncated: 0 },
    tokenCounts: Int32Array.of(1, 1, 1),
    failures,
  });
  return { items, vectors } as Parameters<typeof siftBatch>[0];
}

test('a batch without failures stays as it is', () => {
  const { records, vectors, skipped } = siftBatch(batch());
  expect(records).toEqual(items);
  expect(Array.from(vectors.data)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(skipped).toEqual([]);
});

test('texts without a vector are taken out, each with the reason and what is known of it', () => {
  const { records, vectors, skipped } = siftBatch(
    batch(
      { index: 0, error: new OctavecError('TEXT_TOO_LONG', { index: 0, tokens: 600, maxTokens: 512 }) },
      { index: 1, error: new OctavecError('VECTOR_NOT_FINITE', { path: 'm', indices: [1] }) },
    ),
  );
  expect(records).toEqual([items[2]]);
  expect({ ...vectors, data: Array.from(vectors.data) }).toMatchObject({ data: [5, 6], rows: 1, columns: 2 });
  expect(skipped).toEqual([
    { place: 'line 1', reason: 'it has 600 tokens, and the model takes 512' },
    { place: 'line 2', id: 7, reason: 'the model gives NaN or infinity for it' },
  ]);
});

test('all may fail, and a text without a place has none', () => {
  const error = (index: number) => new OctavecError('TEXT_INVALID', { index, why: 'it is no Unicode' });
  const { records, vectors, skipped } = siftBatch(batch(...[0, 1, 2].map((index) => ({ index, error: error(index) }))));
  expect([records, vectors.rows, vectors.data.length]).toEqual([[], 0, 0]);
  expect(skipped[2]).toEqual({ reason: 'it is no Unicode' });
});
