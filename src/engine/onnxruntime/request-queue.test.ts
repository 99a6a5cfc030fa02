import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { RunOptions } from '../engine.js';
import { batchMessage, deliverBatch } from './batch.js';
import { type Piece, Request } from './request.js';
import { RequestQueue } from './request-queue.js';

/** A request of texts of these lengths; token t of text i is 1000 i + t. */
function request(
  lengths: readonly number[],
  wanted: 'vectors' | 'hidden' = 'vectors',
  options: RunOptions = {},
): Request {
  const ids = lengths.flatMap((length, text) => Array.from({ length }, (_, i) => 1000 * text + i));
  const offsets = [0];
  for (const length of lengths) {
    offsets.push(offsets[offsets.length - 1] + length);
  }
  const batch = { ids: Int32Array.from(ids), offsets: Int32Array.from(offsets) };
  const made = new Request(wanted, batch, 1, options, () => undefined);
  made.result.catch(() => undefined);
  return made;
}

const limits = { tokens: 1024, squaredTokens: 1024 * 128 };

function queueOf(...requests: Request[]): RequestQueue {
  const queue = new RequestQueue(limits);
  for (const each of requests) {
    queue.add(each);
  }
  return queue;
}

const lengthsOf = (pieces: readonly Piece[]) =>
  pieces.flatMap(({ request, texts }) => Array.from(texts, (text) => request.idsOf(text).length));

/** All batches until nothing is left. */
function drain(queue: RequestQueue, workers = 1): (readonly Piece[])[] {
  const batches: (readonly Piece[])[] = [];
  for (let pieces = queue.take(workers); pieces.length > 0; pieces = queue.take(workers)) {
    batches.push(pieces);
  }
  return batches;
}

/** Answers a batch with the first token of every text as its vector, or every token as its hidden state. */
function answer(pieces: readonly Piece[]): void {
  const { ids, offsets, wanted } = batchMessage(pieces);
  deliverBatch(pieces, Float32Array.from(wanted === 'vectors' ? ids.filter((_, i) => offsets.indexOf(i) >= 0) : ids));
}

describe('RequestQueue', () => {
  test('puts texts of similar length together, the longest first', () => {
    const batches = drain(queueOf(request([8, 200, 9, 201, 8, 50]))).map(lengthsOf);
    expect(batches).toEqual([[201, 200], [50], [9, 8, 8]]);
  });

  test('cuts a request that stands alone the same way whoever else is there', () => {
    const lengths = Array.from({ length: 60 }, (_, i) => 3 + ((i * 37) % 90));
    const cut = (others: Request[], workers: number) => {
      const alone = request(lengths, 'vectors', { alone: true });
      const batches = drain(queueOf(...others, alone), workers).filter((pieces) => pieces[0].request === alone);
      expect(batches.every((pieces) => pieces.length === 1)).toBe(true);
      return batches.map(lengthsOf);
    };
    const expected = cut([], 1);
    expect(expected.flat().length).toBe(60);
    expect(cut([request([5, 5, 80]), request(lengths, 'vectors', { alone: true }), request([90])], 8)).toEqual(
      expected,
    );
  });

  test('bounds a batch by padded tokens and by squared lengths', () => {
    const short = drain(queueOf(request(new Array(40).fill(64)))).map((pieces) => lengthsOf(pieces).length);
    expect(short).toEqual([16, 16, 8]);
    const long = drain(queueOf(request(new Array(5).fill(256)))).map((pieces) => lengthsOf(pieces).length);
    expect(long).toEqual([2, 2, 1]);
  });

  test('shares what there is among the workers', () => {
    expect(drain(queueOf(request(new Array(16).fill(64))), 2).map((pieces) => lengthsOf(pieces).length)).toEqual([
      8, 4, 4,
    ]);
  });

  test('fills a batch with texts of other callers, of the same kind and of similar length', () => {
    const callers = [request([20]), request([18]), request([90]), request([19], 'hidden'), request([20])];
    const batches = drain(queueOf(...callers));
    expect(batches.map(lengthsOf)).toEqual([[20, 20, 18], [90], [19]]);
    expect(batches[0].map((piece) => callers.indexOf(piece.request))).toEqual([0, 4, 1]);
  });

  test('serves who has had nothing before who has, and goes on with him', () => {
    const queue = queueOf(request(new Array(64).fill(100)));
    const leads = () => queue.take(1)[0]?.request;
    const long = leads();
    for (let length = 1; length <= 3; length++) {
      const [short, other] = [request([length]), request([length + 50])];
      queue.add(short);
      queue.add(other);
      expect([leads(), leads(), leads(), leads()]).toEqual([short, long, other, long]);
    }
  });

  test('lets whoever comes during the first batch of a long request have the second', () => {
    const queue = queueOf(request(new Array(64).fill(100)));
    queue.take(1);
    const short = request([5]);
    queue.add(short);
    expect(queue.take(1)[0].request).toBe(short);
  });

  test('lets nobody wait for more than two batches for each who is before him in his line', () => {
    const arrivals = fc.array(
      fc.record({
        lengths: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 12 }),
        alone: fc.boolean(),
        batchesBefore: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(arrivals, (all) => {
        const queue = queueOf();
        const waiting = new Map<Request, number>();
        const take = () => {
          const pieces = queue.take(1);
          for (const [each, most] of waiting) {
            waiting.set(each, most - 1);
          }
          for (const piece of pieces) {
            waiting.delete(piece.request);
          }
          expect([...waiting.values()].every((most) => most > 0)).toBe(true);
          return pieces.length > 0;
        };
        for (const { lengths, alone, batchesBefore } of all) {
          const each = request(lengths, 'vectors', { alone });
          queue.add(each);
          // Whoever has had something stands in the other line.
          waiting.set(each, 2 * (waiting.size + 1));
          for (let i = 0; i < batchesBefore; i++) {
            take();
          }
        }
        while (take()) {}
        expect([waiting.size, queue.waitingTokens, queue.isEmpty]).toEqual([0, 0, true]);
      }),
    );
  });

  test('looks at what it gives out, not at all that waits', () => {
    const looks = vi.spyOn(Request.prototype, 'nextLength', 'get');
    const places = vi.spyOn(Request.prototype, 'take');
    const stepsFor = (callers: number, lengthOf: (i: number) => number) => {
      const queue = queueOf(...Array.from({ length: callers }, (_, i) => request([lengthOf(i)])));
      looks.mockClear();
      places.mockClear();
      expect(drain(queue).flat().length).toBe(callers);
      return looks.mock.calls.length + places.mock.calls.length;
    };
    try {
      for (const lengthOf of [() => 5, (i: number) => 1 + ((i * 7919) % 500)]) {
        const [few, many] = [stepsFor(500, lengthOf), stepsFor(5000, lengthOf)];
        expect(many).toBeLessThan(12 * few);
        expect(many).toBeLessThan(5000 * 10);
      }
    } finally {
      vi.restoreAllMocks();
    }
  });

  test('gives every text of every caller back in its place', async () => {
    const lengths = fc.array(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 8,
    });
    const kinds = fc.array(fc.constantFrom('vectors' as const, 'hidden' as const), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(lengths, kinds, fc.integer({ min: 1, max: 4 }), async (all, wanted, workers) => {
        const requests = all.map((each, i) => request(each, wanted[i]));
        const given: string[] = [];
        for (const pieces of drain(queueOf(...requests), workers)) {
          const longest = Math.max(...lengthsOf(pieces));
          const count = lengthsOf(pieces).length;
          expect(count === 1 || count * longest <= limits.tokens).toBe(true);
          expect(count === 1 || count * longest ** 2 <= limits.squaredTokens).toBe(true);
          given.push(
            ...pieces.flatMap(({ request, texts }) => Array.from(texts, (i) => `${requests.indexOf(request)}.${i}`)),
          );
          answer(pieces);
        }
        expect(given.sort()).toEqual(all.flatMap((each, i) => each.map((_, text) => `${i}.${text}`)).sort());
        for (const [i, each] of requests.entries()) {
          const expected = all[i].flatMap((length, text) =>
            wanted[i] === 'vectors' ? [1000 * text] : Array.from({ length }, (_, token) => 1000 * text + token),
          );
          expect(Array.from(await each.result)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('gives out nothing of a request that was cancelled', async () => {
    const controller = new AbortController();
    const cancelled = request([5, 5], 'vectors', { signal: controller.signal });
    const queue = queueOf(cancelled, request([6]));
    controller.abort();
    queue.remove(cancelled);
    expect(drain(queue).map(lengthsOf)).toEqual([[6]]);
    await expect(cancelled.result).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(cancelled.isSettled).toBe(true);
  });
});
