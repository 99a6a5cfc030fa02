import { expect, test } from 'vitest';
import { refuseEqualVectors } from './refuse-equal-vectors.js';

const matrix = (columns: number, ...numbers: number[]) => ({
  data: Float32Array.from(numbers),
  rows: numbers.length / columns,
  columns,
});

test.each([
  ['the same for all texts', matrix(2, 1, 2, 1, 2, 1, 2)],
  ['of one direction', matrix(2, 1, 2, 2, 4, -3, -6)],
  ['of one number each', matrix(1, 0.3, -7, 2)],
])('vectors that are %s prove nothing', (_, vectors) => {
  expect(() => refuseEqualVectors(vectors)).toThrow(expect.objectContaining({ code: 'NOT_COMPARABLE' }));
});

test.each([
  ['that differ a little', matrix(2, 1, 2, 1, 2, 1, 2.001)],
  ['without length', matrix(2, 0, 0, 0, 0, 0, 0)],
  ['that are not numbers', matrix(2, 1, 2, Number.NaN, 2, 1, 2)],
])('vectors %s are compared', (_, vectors) => {
  expect(() => refuseEqualVectors(vectors)).not.toThrow();
});
