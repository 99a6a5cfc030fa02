import type { Tokenizer } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { framedLength, pairFrameOf, pairRow } from './pair-frame.js';

/** What a tokenizer gives for a pair of words: ids, types, and which word each token is of. */
const tokenizerOf = (ids: number[], types: number[], places: (number | undefined)[]) =>
  ({
    encode: async () => ({ getIds: () => ids, getTypeIds: () => types, getSequenceIds: () => places }),
  }) as unknown as Tokenizer;

const none = undefined;
const bert = () => tokenizerOf([101, 1, 102, 2, 102], [0, 0, 0, 1, 1], [none, 0, none, 1, none]);
const roberta = () => tokenizerOf([0, 1, 2, 2, 2, 2], [0, 0, 0, 0, 0, 0], [none, 0, none, none, 1, none]);

describe('the frame of pairs', () => {
  test('is what stands around and between the two', async () => {
    expect(await pairFrameOf(bert())).toEqual({
      before: { ids: [101], types: [0] },
      between: { ids: [102], types: [0] },
      behind: { ids: [102], types: [1] },
      queryType: 0,
      textType: 1,
    });
    expect((await pairFrameOf(roberta()))?.between.ids).toEqual([2, 2]);
  });

  test('may be nothing at all', async () => {
    const frame = await pairFrameOf(tokenizerOf([1, 2], [0, 0], [0, 1]));
    expect([frame?.before.ids, frame?.between.ids, frame?.behind.ids]).toEqual([[], [], []]);
  });

  test('is not found where a word gives no token, or the text comes first', async () => {
    expect(await pairFrameOf(tokenizerOf([101, 1, 102], [0, 0, 0], [none, 0, none]))).toBeUndefined();
    expect(await pairFrameOf(tokenizerOf([101, 2, 102], [0, 0, 0], [none, 1, none]))).toBeUndefined();
    expect(await pairFrameOf(tokenizerOf([2, 1], [0, 0], [1, 0]))).toBeUndefined();
    expect(await pairFrameOf(tokenizerOf([], [], []))).toBeUndefined();
  });
});

describe('a row of a query and a text', async () => {
  const frame = await pairFrameOf(bert());
  if (frame === undefined) {
    throw new Error('there is no frame');
  }

  test('has the tokens of both, and of the frame', () => {
    expect(framedLength(frame, [7, 8])).toBe(5);
    expect(pairRow(frame, [7, 8], [9], 10, 'right')).toEqual({
      ids: [101, 7, 8, 102, 9, 102],
      types: [0, 0, 0, 0, 1, 1],
    });
  });

  test.each([
    ['right', [1, 2]],
    ['left', [3, 4]],
  ] as const)('loses the %s end of the text where it is too long', (side, kept) => {
    const { ids, types } = pairRow(frame, [7], [1, 2, 3, 4], 6, side);
    expect(ids).toEqual([101, 7, 102, ...kept, 102]);
    expect(types).toHaveLength(6);
  });

  test.each(['right', 'left'] as const)('has nothing of the text where there is no room (%s)', (side) => {
    expect(pairRow(frame, [7], [1, 2], 4, side).ids).toEqual([101, 7, 102, 102]);
  });

  test('may be of empty texts', () => {
    expect(pairRow(frame, [], [], 8, 'left').ids).toEqual([101, 102, 102]);
  });
});
