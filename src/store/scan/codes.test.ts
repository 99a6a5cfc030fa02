import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../../test/support/random-matrix.js';
import { int8Rows } from './codes.js';

const codesOf = (...data: number[]) => int8Rows({ data: Float32Array.from(data), rows: 1, columns: data.length });

describe('codes of eight bits', () => {
  test('the largest number of a row has the largest code, on either side', () => {
    expect(codesOf(127, -64, 0.4, 0.6).codes).toEqual(Int8Array.of(127, -64, 0, 1));
    expect(codesOf(1, -2).codes).toEqual(Int8Array.of(64, -127));
    expect(codesOf(-0.001).codes).toEqual(Int8Array.of(-127));
  });

  test('every row has a scale of its own', () => {
    const { codes, scales } = int8Rows({ data: Float32Array.of(127, 1, 0, 0, 254, -254), rows: 3, columns: 2 });
    expect([...scales]).toEqual([1, 0, 2]);
    expect([...codes]).toEqual([127, 1, 0, 0, 127, -127]);
  });

  test('the error is the distance of the row that is farthest off', () => {
    // 0.25 and 0.5 from the whole numbers; the first row is exact.
    const { error } = int8Rows({ data: Float32Array.of(127, 3, 1, 127, 2.25, 7.5), rows: 2, columns: 3 });
    expect(error).toBeCloseTo(Math.hypot(0.25, 0.5), 12);
    expect(codesOf(127, 3).error).toBe(0);
  });

  test('of no rows are none', () => {
    expect(int8Rows({ data: new Float32Array(), rows: 0, columns: 4 })).toEqual({
      ...{ codes: new Int8Array(), scales: new Float32Array(), error: 0 },
    });
  });

  test('of the largest numbers do not overflow', () => {
    const { codes, error } = codesOf(3.4e38, -3.4e38, 1);
    expect([...codes]).toEqual([127, -127, 0]);
    expect(Number.isFinite(error)).toBe(true);
  });

  test('no number is off by more than half a step, and no row by more than the error', () => {
    const matrix = randomMatrix(50, 33, 5);
    const { codes, scales, error } = int8Rows(matrix);
    for (let row = 0; row < matrix.rows; row++) {
      let squares = 0;
      for (let i = row * 33; i < (row + 1) * 33; i++) {
        const off = Math.abs(matrix.data[i] - codes[i] * scales[row]);
        expect(off).toBeLessThanOrEqual(0.5001 * scales[row]);
        squares += off ** 2;
      }
      expect(Math.sqrt(squares)).toBeLessThanOrEqual(error);
    }
  });
});
