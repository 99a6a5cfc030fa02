import { roundHalfEven } from '../numbers/index.js';
/** Symmetric 8-bit quantization of weights: w ≈ scale · q with q in −127 … 127 (−128 is left out, as in the ONNX tools). */

export interface QuantizedMatrix {
  /** [rows × columns], row-major */
  readonly values: Int8Array;
  /** One scale for each column or row. */
  readonly scales: Float32Array;
}

const largest = 127;

/** Returns a matrix [rows × columns] with one scale a row: the words of an embedding table. */
export function quantizeRows(weights: Float32Array, rows: number, columns: number): QuantizedMatrix {
  const magnitudes = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      magnitudes[row] = Math.max(magnitudes[row], Math.abs(weights[i]));
    }
  }
  const { scales, inverses } = scalesOf(magnitudes);
  const values = new Int8Array(weights.length);
  for (let row = 0; row < rows; row++) {
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      values[i] = roundHalfEven(weights[i] * inverses[row]);
    }
  }
  return { values, scales };
}

/** The smallest float32 with all its digits: a finer scale would be too coarse itself. */
const smallestScale = 2 ** -126;

/**
 * Returns the scales for which code 127 stands for the largest magnitudes, and their inverses. A channel of zeros gets
 * 1.
 */
export function scalesOf(magnitudes: Float32Array): { scales: Float32Array; inverses: Float64Array } {
  const scales = magnitudes.map((magnitude) => (magnitude === 0 ? 1 : Math.max(magnitude / largest, smallestScale)));
  return { scales, inverses: Float64Array.from(scales, (scale) => 1 / scale) };
}
