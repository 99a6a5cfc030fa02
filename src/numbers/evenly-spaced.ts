import { type Matrix, rowOf } from './matrix.js';

/** Returns `count` of the numbers 0 to `total` − 1 at most, from all over them; all if left out. */
export function evenlySpaced(total: number, count = total): number[] {
  const taken = Math.min(count, total);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * total) / taken));
}

/** Returns rows of a matrix as one of their own. */
export function chosenRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  const data = new Float32Array(rows.length * matrix.columns);
  for (let i = 0; i < rows.length; i++) {
    data.set(rowOf(matrix, rows[i]), i * matrix.columns);
  }
  return { data, rows: rows.length, columns: matrix.columns };
}
