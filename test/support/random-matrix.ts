import { type Matrix, randomNumbers } from '../../src/numbers/index.js';

/** [rows × columns] of numbers in [-1, 1). */
export function randomMatrix(rows: number, columns: number, seed: number): Matrix {
  const next = randomNumbers(seed);
  return { data: Float32Array.from({ length: rows * columns }, () => 2 * next() - 1), rows, columns };
}

/** The matrix with noise of the given size (uniform, ±) on every number. */
export function withNoise(matrix: Matrix, size: number, seed: number): Matrix {
  const next = randomNumbers(seed);
  return { ...matrix, data: matrix.data.map((value) => value + size * (2 * next() - 1)) };
}
