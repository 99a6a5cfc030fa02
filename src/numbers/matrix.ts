/** Several vectors of the same length, one after the other. */
export interface Matrix {
  /** [rows × columns], row by row. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Returns row i as a view (not a copy) of the matrix: [columns]. */
export function rowOf(matrix: Matrix, i: number): Float32Array {
  return matrix.data.subarray(i * matrix.columns, (i + 1) * matrix.columns);
}

/** Returns the rows that hold NaN or an infinity. */
export function nonFiniteRows(matrix: Matrix): number[] {
  const rows: number[] = [];
  for (let row = 0; row < matrix.rows; row++) {
    if (!isFiniteVector(rowOf(matrix, row))) {
      rows.push(row);
    }
  }
  return rows;
}

/** Tells whether all numbers are neither NaN nor infinite. */
export function isFiniteVector(vector: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) {
    // 0 for every finite number, else NaN.
    sum += vector[i] - vector[i];
  }
  return sum === 0;
}
