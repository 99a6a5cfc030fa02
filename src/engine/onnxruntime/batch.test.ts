import { describe, expect, test } from 'vitest';
import { batchMessage, deliverBatch } from './batch.js';
import { MergeableRequests } from './mergeable-requests.js';
import { Request } from './request.js';

const all = () => true;

function requestOf(
  texts: readonly number[][],
  options: ConstructorParameters<typeof Request>[3] = {},
  wanted: 'vectors' | 'hidden' = 'vectors',
) {
  const offsets = Int32Array.of(0, ...texts.map(({ length }) => length));
  for (let i = 1; i < offsets.length; i++) {
    offsets[i] += offsets[i - 1];
  }
  return new Request(wanted, { ids: Int32Array.from(texts.flat()), offsets }, 2, options, () => undefined);
}

describe('a batch of several callers', () => {
  test('holds the texts of each, longest first, with what of them is not pooled', () => {
    const [a, b] = [requestOf([[1], [2, 3]], { unpooledTokens: 1 }), requestOf([[4, 5, 6]])];
    const { ids, offsets, unpooled, types, wanted } = batchMessage([a.take(all), b.take(all)]);
    expect(Array.from(ids)).toEqual([2, 3, 1, 4, 5, 6]);
    expect(Array.from(offsets)).toEqual([0, 2, 3, 6]);
    expect(Array.from(unpooled)).toEqual([1, 1, 0]);
    expect([types, wanted]).toEqual([undefined, 'vectors']);
  });

  test('gives each caller its vectors, in the order in which it asked', async () => {
    const [a, b] = [requestOf([[1], [2, 3]]), requestOf([[4, 5, 6]])];
    deliverBatch([a.take(all), b.take(all)], Float32Array.of(20, 21, 10, 11, 40, 41));
    expect(Array.from(await a.result)).toEqual([10, 11, 20, 21]);
    expect(Array.from(await b.result)).toEqual([40, 41]);
  });

  test('gives hidden states token by token', async () => {
    const request = requestOf([[1], [2, 3]], {}, 'hidden');
    deliverBatch([request.take(all)], Float32Array.of(20, 20, 30, 30, 10, 10));
    expect(Array.from(await request.result)).toEqual([10, 10, 20, 20, 30, 30]);
  });

  test('may come back in several parts', async () => {
    const request = requestOf([[1], [2, 3]]);
    const [long, short] = [request.take((length) => length === 2), request.take(all)];
    deliverBatch([short], Float32Array.of(1, 1));
    deliverBatch([long], Float32Array.of(2, 2));
    expect(Array.from(await request.result)).toEqual([1, 1, 2, 2]);
  });
});

describe('requests that may share a batch', () => {
  test('are found by the length of their next text, who waits longest first', () => {
    const requests = new MergeableRequests();
    const [a, b, c] = [requestOf([[1, 2]]), requestOf([[3, 4], [5]]), requestOf([[6]])];
    for (const request of [a, b, c]) {
      requests.place(request);
    }
    expect(requests.first('vectors', 2)).toBe(a);
    expect(requests.first('vectors', 1)).toBe(c);
    expect(requests.first('vectors', 3)).toBeUndefined();
    expect(requests.first('hidden', 2)).toBeUndefined();
    requests.remove(a);
    expect(requests.first('vectors', 2)).toBe(b);
  });

  test('move on with their next text, behind those that were there', () => {
    const requests = new MergeableRequests();
    const [a, b] = [requestOf([[1, 2], [3]]), requestOf([[4]])];
    requests.place(a);
    requests.place(b);
    a.take((length) => length === 2);
    requests.place(a);
    expect(requests.first('vectors', 2)).toBeUndefined();
    expect(requests.first('vectors', 1)).toBe(b);
    requests.remove(b);
    expect(requests.first('vectors', 1)).toBe(a);
  });

  test('are not those that want to be alone, nor those of which nothing waits', () => {
    const requests = new MergeableRequests();
    const done = requestOf([[1]]);
    done.take(all);
    requests.place(done);
    requests.place(requestOf([[1]], { alone: true }));
    expect(requests.first('vectors', 1)).toBeUndefined();
    requests.remove(done);
  });
});
