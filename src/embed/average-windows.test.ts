import { describe, expect, test } from 'vitest';
import { averageWindows } from './average-windows.js';

const of = (rowOffsets: number[], offsets: number[]) => ({
  rowOffsets: Int32Array.from(rowOffsets),
  offsets: Int32Array.from(offsets),
});

test('texts of one row each keep their vectors, without a copy', () => {
  const rows = Float32Array.of(1, 2, 3, 4);
  expect(averageWindows(rows, of([0, 1, 2], [0, 5, 6]), 2, true)).toBe(rows);
});

describe('windows of a text are averaged by their tokens', () => {
  test('as they are', () => {
    const rows = Float32Array.of(/* 3 tokens */ 1, 0, /* 1 token */ 0, 1, /* another text */ 5, 5);
    const vectors = averageWindows(rows, of([0, 2, 3], [0, 3, 4, 9]), 2, false);
    expect(Array.from(vectors)).toEqual([0.75, 0.25, 5, 5]);
  });

  test('scaled to length 1 again; a text of one row is left as it is', () => {
    const rows = Float32Array.of(1, 0, 0, 1, 5, 5);
    const vectors = averageWindows(rows, of([0, 2, 3], [0, 2, 4, 9]), 2, true);
    const half = Math.fround(Math.SQRT1_2);
    expect(vectors[0]).toBeCloseTo(half, 6);
    expect(vectors[1]).toBeCloseTo(half, 6);
    expect(Array.from(vectors.subarray(2))).toEqual([5, 5]);
  });

  test('NaN of one window is NaN of its text, and of no other', () => {
    const rows = Float32Array.of(Number.NaN, 1, 1, 2);
    const vectors = averageWindows(rows, of([0, 2, 3, 4], [0, 1, 2, 3, 4]), 1, false);
    expect(Array.from(vectors)).toEqual([Number.NaN, 1, 2]);
  });
});
