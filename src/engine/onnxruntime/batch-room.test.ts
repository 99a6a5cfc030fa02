import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchRoom, limitsWithin, paddingWorth } from './batch-room.js';

const none = Number.POSITIVE_INFINITY;
const fits = (limits: Partial<ConstructorParameters<typeof BatchRoom>[0]>, longest: number, lengths: number[]) => {
  const room = new BatchRoom({ tokens: none, squaredTokens: none, ...limits }, longest);
  return lengths.map((length) => room.add(length));
};

describe('a batch takes in a text', () => {
  test.each([
    ['that is first, whatever its size', { tokens: 1, squaredTokens: 1, texts: 0 }, 900, [900, 1], [true, false]],
    ['up to the padded tokens', { tokens: 30 }, 10, [10, 10, 10, 10], [true, true, true, false]],
    ['up to what attention takes', { squaredTokens: 200 }, 10, [10, 10, 10], [true, true, false]],
    ['up to the count of texts', { texts: 2 }, 10, [10, 10, 10], [true, true, false]],
    ['that is no longer than the longest', {}, 10, [10, 11, 10], [true, false, true]],
    ['as long as the padding is worth it', {}, 40, [40, 24, 24, 23, 40], [true, true, true, false, true]],
  ])('%s', (_, limits, longest, lengths, expected) => {
    expect(fits(limits, longest, lengths)).toEqual(expected);
  });

  test('a text that was refused takes no room', () => {
    expect(paddingWorth).toBe(32);
    expect(fits({}, 64, [64, 31, 32, 64])).toEqual([true, false, true, true]);
  });

  test('whatever comes, the batch keeps its limits, and who was refused is refused again', () => {
    const limits = fc.record({ tokens: fc.nat(300), squaredTokens: fc.nat(5000), texts: fc.nat(8) });
    fc.assert(
      fc.property(limits, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 }), (most, lengths) => {
        const longest = 40;
        const room = new BatchRoom(most, longest);
        const taken: number[] = [];
        for (const length of lengths) {
          if (room.add(length)) {
            taken.push(length);
          } else {
            expect(room.add(length)).toBe(false);
          }
        }
        if (taken.length > 1) {
          expect(taken.length * longest).toBeLessThanOrEqual(most.tokens);
          expect(taken.length * longest ** 2).toBeLessThanOrEqual(most.squaredTokens);
          expect(taken.length).toBeLessThanOrEqual(most.texts);
          expect(taken.reduce((sum, length) => sum + longest - length, 0)).toBeLessThanOrEqual(paddingWorth);
        }
      }),
    );
  });
});

describe('limits of a model with inputs of fixed sizes', () => {
  const limits = { tokens: 1000, squaredTokens: 9 };

  test.each([
    [{}, undefined],
    [{ texts: 4 }, 4],
    [{ texts: 4, tokens: 500 }, 4],
    [{ tokens: 300 }, 3],
    [{ tokens: 1000 }, 1],
    [{ tokens: 5000 }, 1],
  ])('with %j a batch has so many texts: %s', (fixed, texts) => {
    expect(limitsWithin(limits, fixed)).toEqual(texts === undefined ? limits : { ...limits, texts });
  });
});
