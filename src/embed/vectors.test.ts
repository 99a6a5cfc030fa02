import { describe, expect, test } from 'vitest';
import { averageWindows } from './average-windows.js';
import { shortenVectors } from './shorten-vectors.js';
import { Vectors } from './vectors.js';

describe('Vectors', () => {
  const vectors = new Vectors(Float32Array.of(1, 2, 3, 4), 2, Int32Array.of(5, 6), 0);

  test('give rows as views', () => {
    expect([...vectors].map((row) => Array.from(row))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(Array.from(vectors.at(-1))).toEqual([3, 4]);
    expect(vectors.at(0).buffer).toBe(vectors.data.buffer);
  });

  test('refuse rows that are not there', () => {
    expect(() => vectors.at(2)).toThrow(RangeError);
    expect(() => vectors.at(0.5)).toThrow(RangeError);
  });
});

describe('averageWindows', () => {
  test('weighs windows by their tokens and leaves single rows as they are', () => {
    const rows = Float32Array.of(1, 0, 0, 1, 3, 4);
    const tokens = { rowOffsets: Int32Array.of(0, 2, 3), offsets: Int32Array.of(0, 3, 4, 9) };
    expect(Array.from(averageWindows(rows, tokens, 2, false))).toEqual([0.75, 0.25, 3, 4]);
    const [x, y, ...second] = averageWindows(rows, tokens, 2, true);
    expect(Math.hypot(x, y)).toBeCloseTo(1, 6);
    expect(x / y).toBeCloseTo(3, 5);
    expect(second).toEqual([3, 4]);
  });
});

describe('shortenVectors', () => {
  const matrix = { data: Float32Array.of(3, 4, 12, 0, 0, 5), rows: 2, columns: 3 };

  test('cuts and scales to length 1 again', () => {
    const shorter = Array.from(shortenVectors(matrix, 2, true));
    [0.6, 0.8, 0, 0].forEach((value, i) => {
      expect(shorter[i]).toBeCloseTo(value, 6);
    });
    expect(Array.from(shortenVectors(matrix, 2, false))).toEqual([3, 4, 0, 0]);
  });

  test.each([0, 4, 1.5, Number.NaN])('refuses %s dimensions', (dimensions) => {
    expect(() => shortenVectors(matrix, dimensions, true)).toThrow(/Ask for 1 to 3/);
  });
});
