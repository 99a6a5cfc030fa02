import { describe, expect, test } from 'vitest';
import { tokenBatch } from '../../../test/support/tiny-models.js';
import type { RunOptions } from '../engine.js';
import { MergeableRequests } from './mergeable-requests.js';
import type { Wanted } from './protocol.js';
import { Request } from './request.js';

/** Texts of 2, 4 and 1 tokens, each token its own number. */
const batch = tokenBatch([[10, 11], [20, 21, 22, 23], [30]]);
function asked(wanted: Wanted = 'vectors', options: RunOptions = {}, of = batch) {
  const failed: Request[] = [];
  const request = new Request(wanted, of, wanted === 'vectors' ? 2 : 1, options, (one) => failed.push(one));
  // Nobody waits for it in tests of what was given out.
  request.result.catch(() => undefined);
  return { request, failed };
}
const all = () => true;
/** Vectors of texts: their numbers, and those negated. */
const vectors = (texts: ArrayLike<number>) => Float32Array.from(Array.from(texts).flatMap((text) => [text, -text]));

describe('a request gives out its texts', () => {
  test('longest first, of equal length as they came, as long as they are taken', () => {
    const { request } = asked('vectors', {}, tokenBatch([[1], [2, 2], [3], [4, 4]]));
    expect([request.nextLength, request.waitingTokens]).toEqual([2, 6]);
    expect([...request.take((length) => length === 2).texts]).toEqual([1, 3]);
    expect([request.nextLength, request.waitingTokens]).toEqual([1, 2]);
    expect([...request.take(() => false).texts]).toEqual([]);
    expect([...request.take(all).texts]).toEqual([0, 2]);
    expect([request.nextLength, request.waitingTokens]).toEqual([undefined, 0]);
    expect([...request.take(all).texts]).toEqual([]);
  });

  test('with their ids, and types where there are some', () => {
    const types = Int32Array.of(0, 1, 0, 0, 1, 1, 0);
    const { request } = asked('vectors', {}, { ...batch, types });
    expect([...request.idsOf(1)]).toEqual([20, 21, 22, 23]);
    expect([...(request.typesOf(1) ?? [])]).toEqual([0, 0, 1, 1]);
    expect([request.hasTypes, asked().request.hasTypes]).toEqual([true, false]);
    expect(asked().request.typesOf(0)).toBeUndefined();
  });

  test('in pieces that know how many tokens they have', () => {
    const { request } = asked();
    expect(request.take((length) => length > 1).tokens).toBe(6);
    expect(request.take(all).tokens).toBe(1);
    expect(request.take(all).tokens).toBe(0);
  });
});

describe('a request is answered', () => {
  test('with vectors in the order of its texts, in whatever order they come', async () => {
    const { request, failed } = asked();
    const [long, rest] = [request.take((length) => length === 4), request.take(all)];
    request.deliver(rest.texts, vectors(rest.texts));
    expect(request.isSettled).toBe(false);
    request.deliver(long.texts, vectors(long.texts));
    expect([...(await request.result)]).toEqual([0, -0, 1, -1, 2, -2]);
    expect([request.isSettled, failed]).toEqual([true, []]);
  });

  test('with hidden states in the order of its tokens', async () => {
    const { request } = asked('hidden');
    const piece = request.take(all);
    request.deliver(piece.texts, Float32Array.of(20, 21, 22, 23, 10, 11, 30));
    expect([...(await request.result)]).toEqual([10, 11, 20, 21, 22, 23, 30]);
  });

  test('at once where there are no texts', async () => {
    const { request } = asked('vectors', {}, tokenBatch([]));
    expect(request.isSettled).toBe(true);
    expect(await request.result).toHaveLength(0);
  });

  test('and tells how many texts and tokens are done, piece by piece', () => {
    const done: [number, number][] = [];
    const { request } = asked('vectors', { onDone: (texts, tokens) => done.push([texts, tokens]) });
    for (const takes of [(length: number) => length === 4, all]) {
      const { texts } = request.take(takes);
      request.deliver(texts, vectors(texts));
    }
    expect(done).toEqual([
      [1, 4],
      [2, 3],
    ]);
  });
});

describe('a request fails', () => {
  test('with the first error, once; nothing more of it is given out, and what comes late is dropped', async () => {
    const { request, failed } = asked();
    const { texts } = request.take((length) => length === 4);
    request.fail(new Error('first'));
    request.fail(new Error('second'));
    request.deliver(texts, vectors(texts));
    await expect(request.result).rejects.toThrow('first');
    expect(failed).toEqual([request]);
    expect([request.nextLength, request.waitingTokens, request.isSettled]).toEqual([undefined, 0, true]);
    expect([...request.take(all).texts]).toEqual([]);
  });

  test('when it is cancelled, with the reason; not after it was answered', async () => {
    const controller = new AbortController();
    const { request, failed } = asked('vectors', { signal: controller.signal });
    const answered = asked('vectors', { signal: controller.signal });
    const { texts } = answered.request.take(all);
    answered.request.deliver(texts, vectors(texts));
    controller.abort('enough');
    await expect(request.result).rejects.toMatchObject({ code: 'CANCELLED', cause: 'enough' });
    expect(await answered.request.result).toHaveLength(6);
    expect([failed.length, answered.failed.length]).toEqual([1, 0]);
  });

  test('before it has begun, where the signal says so already', async () => {
    const { request } = asked('vectors', { signal: AbortSignal.abort() });
    await expect(request.result).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(request.nextLength).toBeUndefined();
  });

  test("with what the caller's own listener throws", async () => {
    const { request, failed } = asked('vectors', {
      onDone: () => {
        throw new RangeError('mine');
      },
    });
    const { texts } = request.take(all);
    request.deliver(texts, vectors(texts));
    await expect(request.result).rejects.toThrow('mine');
    expect(failed).toEqual([request]);
  });
});

describe('requests that may share a batch', () => {
  const one = (...lengths: number[]) =>
    asked('vectors', {}, tokenBatch(lengths.map((length) => new Array(length).fill(1)))).request;

  test('are found by what they want and the length of their next text, who came first before others', () => {
    const requests = new MergeableRequests();
    const [first, second] = [one(3, 1), one(3)];
    const hidden = asked('hidden', {}, tokenBatch([[1, 1, 1]])).request;
    for (const request of [first, second, hidden]) {
      requests.place(request);
    }
    expect([requests.first('vectors', 3), requests.first('hidden', 3)]).toEqual([first, hidden]);
    expect([requests.first('vectors', 1), requests.first('vectors', 2)]).toEqual([undefined, undefined]);
    first.take((length) => length === 3);
    requests.place(first);
    expect([requests.first('vectors', 3), requests.first('vectors', 1)]).toEqual([second, first]);
  });

  test('are gone when nothing of them waits, when they are removed, and twice as well', () => {
    const requests = new MergeableRequests();
    const [empty, removed] = [one(2), one(2)];
    requests.place(empty);
    requests.place(removed);
    empty.take(all);
    requests.place(empty);
    requests.remove(removed);
    requests.remove(removed);
    expect(requests.first('vectors', 2)).toBeUndefined();
  });

  test('are none that stand alone', () => {
    const requests = new MergeableRequests();
    requests.place(asked('vectors', { alone: true }).request);
    expect(requests.first('vectors', 4)).toBeUndefined();
  });
});
