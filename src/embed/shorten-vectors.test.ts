import { describe, expect, test } from 'vitest';
import { shortenVectors } from './shorten-vectors.js';

const matrix = { data: Float32Array.of(3, 4, 9, 0, 0, 9), rows: 2, columns: 3 };

describe('vectors are cut to their first numbers', () => {
  test('as they are, or scaled to length 1 again', () => {
    expect(Array.from(shortenVectors(matrix, 2, false))).toEqual([3, 4, 0, 0]);
    const scaled = shortenVectors(matrix, 2, true);
    expect(scaled[0]).toBeCloseTo(0.6, 6);
    expect(scaled[1]).toBeCloseTo(0.8, 6);
  });

  test('of nothing but zeros no NaN is made', () => {
    expect(Array.from(shortenVectors(matrix, 2, true).subarray(2))).toEqual([0, 0]);
  });

  test('all of them are the vectors themselves', () => {
    expect(shortenVectors(matrix, 3, true)).toBe(matrix.data);
  });

  test('no vectors stay none', () => {
    expect(shortenVectors({ data: new Float32Array(), rows: 0, columns: 3 }, 1, true)).toHaveLength(0);
  });

  test.each([0, -1, 4, 1.5, Number.NaN])('%d dimensions are refused', (dimensions) => {
    expect(() => shortenVectors(matrix, dimensions, true)).toThrow('the model gives vectors of 3');
  });
});
