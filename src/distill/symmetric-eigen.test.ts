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
