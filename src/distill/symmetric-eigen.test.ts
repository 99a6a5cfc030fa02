import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../numbers/index.js';
import { symmetricEigen } from './symmetric-eigen.js';

function symmetric(n: number, seed: number): Float64Array {
  const random = randomNumbers(seed);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * n + j] = matrix[j * n + i] = random() - 0.5;
    }
  }
  return matrix;
}

const at = (vectors: Float64Array, n: number, row: number) => vectors.subarray(row * n, (row + 1) * n);
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);

describe('symmetricEigen', () => {
  test.each([1, 2, 3, 17, 64])('A v = λ v, with vectors at right angles, n = %i', (n) => {
    const matrix = symmetric(n, n);
    const { values, vectors } = symmetricEigen(matrix, n);
    for (let i = 0; i < n; i++) {
      const vector = at(vectors, n, i);
      for (let row = 0; row < n; row++) {
        expect(dot(at(matrix, n, row), vector)).toBeCloseTo(values[i] * vector[row], 10);
        expect(dot(at(vectors, n, row), vector)).toBeCloseTo(row === i ? 1 : 0, 10);
      }
      expect(values[i]).toBeLessThanOrEqual(values[Math.max(0, i - 1)]);
    }
  });

  test('reads the lower half alone', () => {
    const matrix = symmetric(9, 2);
    const lower = matrix.map((value, i) => (i % 9 > Math.floor(i / 9) ? Number.NaN : value));
    expect(symmetricEigen(lower, 9)).toEqual(symmetricEigen(matrix, 9));
  });

  test.each([
    ['zeros', new Float64Array(16), [0, 0, 0, 0]],
    ['a diagonal', Float64Array.of(2, 0, 0, 0, 0, 5, 0, 0, 0, 0, 5, 0, 0, 0, 0, -1), [5, 5, 2, -1]],
  ])('%s', (_, matrix, expected) => {
    expect([...symmetricEigen(matrix, 4).values]).toEqual(expected);
  });
});

describe('by hand', () => {
  test('[[2, 1], [1, 2]] has 3 along (1, 1) and 1 across', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect([...values]).toEqual([expect.closeTo(3, 12), expect.closeTo(1, 12)]);
    const half = Math.SQRT1_2;
    expect([...vectors.subarray(0, 2)]).toEqual([expect.closeTo(half, 12), expect.closeTo(half, 12)]);
    expect(vectors[2] + vectors[3]).toBeCloseTo(0, 12);
  });

  test('a path of three points has 2 ± √2 and 2', () => {
    // The second difference, whose eigenvalues are 2 − 2 cos(k π / 4).
    const { values } = symmetricEigen(Float64Array.of(2, -1, 0, -1, 2, -1, 0, -1, 2), 3);
    [2 + Math.SQRT2, 2, 2 - Math.SQRT2].forEach((expected, i) => {
      expect(values[i]).toBeCloseTo(expected, 12);
    });
  });

  test('an outer product has one value, the length of its vector squared', () => {
    const v = [3, 0, 4, 12];
    const { values, vectors } = symmetricEigen(Float64Array.from(v.flatMap((a) => v.map((b) => a * b))), 4);
    expect(values[0]).toBeCloseTo(169, 10);
    v.forEach((value, i) => {
      expect(vectors[i]).toBeCloseTo(value / 13, 12);
    });
    expect([...values.subarray(1)].every((value) => Math.abs(value) < 1e-12)).toBe(true);
  });

  test.each([1e-120, 1e120])('numbers of the size of %d are right, too', (size) => {
    const { values } = symmetricEigen(
      Float64Array.of(2, 1, 1, 2).map((value) => value * size),
      2,
    );
    expect([values[0] / size, values[1] / size]).toEqual([expect.closeTo(3, 12), expect.closeTo(1, 12)]);
  });
});

test('values sum up to the trace, their squares to those of the entries', () => {
  for (const n of [4, 11, 30]) {
    const matrix = symmetric(n, 100 + n);
    const { values } = symmetricEigen(matrix, n);
    const trace = Array.from({ length: n }, (_, i) => matrix[i * n + i]).reduce((sum, value) => sum + value, 0);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace, 10);
    expect(dot(values, values)).toBeCloseTo(dot(matrix, matrix), 10);
  }
});

test('the matrix that was given is left, and the same one gives the same bits', () => {
  const matrix = symmetric(12, 7);
  const before = matrix.slice();
  const first = symmetricEigen(matrix, 12);
  expect(matrix).toEqual(before);
  expect(symmetricEigen(matrix, 12)).toEqual(first);
  for (let row = 0; row < 12; row++) {
    const largest = at(first.vectors, 12, row).reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    expect(largest).toBeGreaterThan(0);
  }
});
