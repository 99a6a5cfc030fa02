import type { Matrix } from '../../numbers/index.js';

/** Vectors in bytes: number i of row r is about `scales[r] * codes[r * columns + i]`. */
export interface Int8Rows {
  /** [rows × columns] -127 to 127 */
  readonly codes: Int8Array;
  /** [rows] */
  readonly scales: Float32Array;
  /** The greatest distance of a row from what its codes stand for. */
  readonly error: number;
}

/** Quantizes each row with a scale of its own, so that vectors that come later need no ranges of earlier ones. */
export function int8Rows({ data, rows, columns }: Matrix): Int8Rows {
  const codes = new Int8Array(rows * columns);
  const scales = new Float32Array(rows);
  let error = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let largest = 0;
    for (let i = start; i < start + columns; i++) {
      largest = Math.max(largest, Math.abs(data[i]));
    }
    const scale = Math.fround(largest / 127);
    scales[row] = scale;
    let squares = 0;
    for (let i = start; i < start + columns && scale > 0; i++) {
      const code = Math.max(-127, Math.min(127, Math.round(data[i] / scale)));
      codes[i] = code;
      squares += (data[i] - code * scale) ** 2;
    }
    error = Math.max(error, Math.sqrt(squares));
  }
  return { codes, scales, error };
}
