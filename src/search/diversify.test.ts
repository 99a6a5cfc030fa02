import { describe, expect, test } from 'vitest';
import type { Matrix } from '../numbers/index.js';
import { diversify } from './diversify.js';

const matrix = (...rows: number[][]): Matrix => ({
  data: Float32Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
});

/** Two that are the same, one that is half like them, one that has nothing in common. */
const four = matrix([1, 0], [1, 0], [Math.SQRT1_2, Math.SQRT1_2], [0, 1]);

describe('candidates are chosen', () => {
  test.each([
    [0, [0, 1, 2, 3]],
    // 0 first; then of 1, 2 and 3: 0.5 · (2/3, 1/3, 0) − 0.5 · (1, 0.71, 0) = −0.17, −0.19, 0.
    [0.5, [0, 3, 1, 2]],
    // Relevance does not count at all: what is like nothing chosen so far, then the first of those that are as like.
    [1, [0, 3, 2, 1]],
  ])('with a diversity of %d in the order %j', (diversity, order) => {
    expect(diversify([0.9, 0.8, 0.7, 0.6], four, diversity, 4)).toEqual(order);
  });

  test('as many as are wanted, or as there are', () => {
    expect(diversify([0.9, 0.8, 0.7, 0.6], four, 0.5, 2)).toEqual([0, 3]);
    expect(diversify([0.9, 0.8, 0.7, 0.6], four, 0.5, 9)).toHaveLength(4);
    expect(diversify([], matrix(), 0.5, 3)).toEqual([]);
    expect(diversify([0.3], matrix([1, 0]), 0.5, 3)).toEqual([0]);
  });

  test('by likeness alone where all are as relevant', () => {
    expect(diversify([1, 1, 1, 1], four, 0.1, 4)).toEqual([0, 3, 2, 1]);
  });

  test('by how they compare: scores of any size, and below 0', () => {
    const order = diversify([0.9, 0.8, 0.7, 0.6], four, 0.5, 4);
    expect(diversify([900, 800, 700, 600], four, 0.5, 4)).toEqual(order);
    expect(diversify([-1, -2, -3, -4], four, 0.5, 4)).toEqual(order);
  });

  test('so that a chunk that is gone, whose vector is 0, is like nothing', () => {
    expect(diversify([3, 2, 1], matrix([1, 0], [1, 0], [0, 0]), 1, 2)).toEqual([0, 2]);
  });
});
