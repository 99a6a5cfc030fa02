/** Several vectors of the same length, one after the other. */
export interface Matrix {
  /** [rows × columns], row by row. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Row i as a view (not a copy) of the matrix: [columns]. */
export function rowOf(matrix: Matrix, i: number): Float32Array {
  return matrix.data.subarray(i * matrix.columns, (i + 1) * matrix.columns);
}
