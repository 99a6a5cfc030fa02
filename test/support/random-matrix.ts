import type { Matrix } from '../../src/base/index.js';

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

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
