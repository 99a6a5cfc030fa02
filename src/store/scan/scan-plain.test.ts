import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../../numbers/index.js';
import { chooseRows } from './scan-plain.js';

const chosen = (scores: readonly number[], top: number, margin = 0, allowed?: readonly number[]) => [
  ...chooseRows(Float32Array.from(scores), { top, margin, allowed: allowed && Uint8Array.from(allowed) }).rows,
];

describe('the best rows', () => {
  test.each([
    ['none of none', [], 3, []],
    ['one of one', [0.5], 1, [0]],
    ['all, where there are fewer than are wanted', [0.1, -0.2], 3, [0, 1]],
    ['in the order of rows, not of scores', [0.1, 0.9, 0.5], 2, [1, 2]],
    ['of negative scores', [-3, -1, -2], 2, [1, 2]],
    ['of scores so low that they are nearly infinite', [-3e38, -3.1e38], 1, [0]],
    ['all that are as good as the last', [1, 2, 1, 1], 2, [0, 1, 2, 3]],
    ['0 and −0 alike', [0, -0, -1], 1, [0, 1]],
  ])('%s', (_, scores, top, expected) => {
    expect(chosen(scores, top)).toEqual(expected);
  });

  test('a score that is no number is never chosen', () => {
    expect(chosen([Number.NaN, 1, Number.NaN, 2], 1)).toEqual([3]);
    expect(chosen([Number.NaN, 1], 5)).toEqual([1]);
    expect(chosen([Number.NaN, Number.NaN, Number.NaN], 2)).toEqual([]);
  });

  test('rows within the margin come along, the margin itself included', () => {
    expect(chosen([4, 3, 2, 1], 1, 1)).toEqual([0, 1]);
    expect(chosen([4, 3, 2, 1], 1, 1.5)).toEqual([0, 1]);
    expect(chosen([4, 3, 2, 1], 1, 100)).toEqual([0, 1, 2, 3]);
  });

  test('rows that are not allowed do not count, not even for the margin', () => {
    expect(chosen([9, 1, 8, 2], 1, 0, [0, 1, 0, 1])).toEqual([3]);
    expect(chosen([9, 1, 8, 2], 3, 100, [0, 1, 0, 1])).toEqual([1, 3]);
    expect(chosen([9, 8], 1, 1, [0, 0])).toEqual([]);
  });

  test('scores come with their rows', () => {
    const { rows, scores } = chooseRows(Float32Array.of(3, 1, 2), { top: 2, margin: 0 });
    expect([...rows].map((row, i) => [row, scores[i]])).toEqual([
      [0, 3],
      [2, 2],
    ]);
  });

  test.each([1, 2, 3, 7, 20, 64])('the best %i are those of sorting', (top) => {
    const random = randomNumbers(top);
    for (let round = 0; round < 30; round++) {
      // Few different values, so that many are equal.
      const scores = Array.from({ length: Math.floor(random() * 100) }, () => Math.floor(random() * 12) - 6);
      const allowed = scores.map(() => Number(random() < 0.7));
      const left = scores.filter((_, row) => allowed[row] === 1).sort((a, b) => b - a);
      const least = left[top - 1] ?? Number.NEGATIVE_INFINITY;
      const expected = [...scores.keys()].filter((row) => allowed[row] === 1 && scores[row] >= least);
      expect(chosen(scores, top, 0, allowed)).toEqual(expected);
    }
  });
});
