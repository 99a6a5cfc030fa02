import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BatchPart, cutBatch } from './cut-batch.js';

function batchOf(lengths: readonly number[]) {
  const offsets = Int32Array.of(0, ...lengths);
  for (let i = 1; i < offsets.length; i++) {
    offsets[i] += offsets[i - 1];
  }
  return { ids: Int32Array.from({ length: offsets[lengths.length] }, (_, i) => i), offsets };
}

const lengthsOf = ({ offsets }: BatchPart) => Array.from(offsets.subarray(1), (offset, i) => offset - offsets[i]);

describe('a batch is cut between texts', () => {
  test.each([
    [[], []],
    [[3], [[3]]],
    [[9], [[9]]],
    [
      [2, 2, 2],
      [[2, 2], [2]],
    ],
    [
      [9, 1, 9],
      [[9], [1], [9]],
    ],
    [
      [1, 9, 1, 1],
      [[1], [9], [1, 1]],
    ],
    [
      [0, 0, 4, 1],
      [[0, 0, 4], [1]],
    ],
    [
      [4, 0, 0, 1],
      [[4, 0, 0], [1]],
    ],
  ])('texts of %j tokens, four at most: %j', (lengths, expected) => {
    expect(cutBatch(batchOf(lengths), 4).map(lengthsOf)).toEqual(expected);
  });

  test('a small one is handed on without a copy, a large one in copies', () => {
    const small = batchOf([2, 2]);
    expect(cutBatch(small, 4)[0].ids).toBe(small.ids);
    const large = batchOf([3, 3]);
    const parts = cutBatch(large, 4);
    large.ids.fill(-1);
    expect(parts.map(({ ids }) => Array.from(ids))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  test('parts are the batch again, in its order, and no larger than they need be', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { maxLength: 20 }), fc.integer({ min: 1, max: 30 }), (lengths, limit) => {
        const batch = batchOf(lengths);
        const parts = cutBatch(batch, limit);
        expect(parts.flatMap(({ ids }) => Array.from(ids))).toEqual(Array.from(batch.ids));
        expect(parts.flatMap(lengthsOf)).toEqual(lengths);
        let text = 0;
        for (const [i, part] of parts.entries()) {
          expect([part.firstText, part.firstToken]).toEqual([text, batch.offsets[text]]);
          expect(part.offsets[0]).toBe(0);
          expect(part.ids.length <= limit || part.offsets.length === 2).toBe(true);
          text += part.offsets.length - 1;
          if (i + 1 < parts.length) {
            expect(part.ids.length + lengths[text]).toBeGreaterThan(limit);
          }
        }
      }),
    );
  });
});
