import { expect, test } from 'vitest';
import { isFiniteVector, type Matrix, nonFiniteRows, rowOf } from './matrix.js';

const matrix = (rows: number, columns: number, ...values: number[]): Matrix => ({
  data: Float32Array.from(values),
  rows,
  columns,
});

test('a row is a view, not a copy', () => {
  const two = matrix(2, 3, 1, 2, 3, 4, 5, 6);
  expect([...rowOf(two, 1)]).toEqual([4, 5, 6]);
  rowOf(two, 1)[0] = 9;
  expect(two.data[3]).toBe(9);
});

test('rows with NaN or an infinity are found, and only those', () => {
  const largest = 3.4028234663852886e38;
  const nan = matrix(5, 2, 0, -0, Number.NaN, 0, largest, largest, 1, Number.NEGATIVE_INFINITY, -largest, 1e-45);
  expect(nonFiniteRows(nan)).toEqual([1, 3]);
  expect(nonFiniteRows(matrix(0, 2))).toEqual([]);
});

test('infinities that would cancel each other are seen', () => {
  expect(isFiniteVector(Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))).toBe(false);
  expect(isFiniteVector(new Float32Array())).toBe(true);
});
