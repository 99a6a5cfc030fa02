import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascendingOrder, indexOfLargest } from './order.js';
import { randomNumbers } from './random.js';

describe('ascendingOrder', () => {
  test('orders like a stable sort by value, NaN last', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }))), (values) => {
        const compare = (i: number, j: number) => {
          const [a, b] = [values[i], values[j]];
          return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || (a < b ? -1 : a > b ? 1 : 0);
        };
        const expected = values.map((_, i) => i).sort((i, j) => compare(i, j) || i - j);
        expect([...ascendingOrder(values)]).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('orders many values, and equal ones as they came', () => {
    const random = randomNumbers(1);
    const values = Float64Array.from({ length: 30_000 }, () => Math.round(1e4 * (random() - 0.5)) / 7);
    const order = ascendingOrder(values);
    for (let i = 1; i < order.length; i++) {
      const [a, b] = [values[order[i - 1]], values[order[i]]];
      if (a > b || (a === b && order[i - 1] > order[i])) {
        throw new Error(`place ${i}: ${a} before ${b}`);
      }
    }
    expect(new Set(order).size).toBe(values.length);
  });

  test('infinities, both zeros and the smallest numbers stand where they belong', () => {
    const values = [0, Number.POSITIVE_INFINITY, 5e-324, -0, -5e-324, Number.NEGATIVE_INFINITY, Number.NaN, -1];
    expect([...ascendingOrder(values)]).toEqual([5, 7, 4, 0, 3, 2, 1, 6]);
  });
});

test.each([
  [[1, 3, 3, 2], 1],
  [[Number.NaN, -5, Number.NaN], 1],
  [[Number.NEGATIVE_INFINITY], 0],
  [[Number.NaN], -1],
  [[], -1],
])('the largest of %j is at %d', (values, index) => expect(indexOfLargest(values)).toBe(index));
