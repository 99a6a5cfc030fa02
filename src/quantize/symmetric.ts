/** Symmetric 8-bit quantization of weights: w ≈ scale · q with q in −127 … 127 (−128 is left out, as in the ONNX tools). */

export interface QuantizedMatrix {
  /** [rows × columns], row-major */
  readonly values: Int8Array;
  /** One scale for each column or row. */
  readonly scales: Float32Array;
}

const largest = 127;

/**
 * A matrix [rows × columns] with one scale a column: the output channels of a weight W in y = x W.
 *
 * @param importance [rows], E[x²] of the input that each row belongs to. If given, a scale may leave out the largest
 *   values of its column where that lessens the expected squared error of the outputs.
 */
export function quantizeColumns(
  weights: Float32Array,
  rows: number,
  columns: number,
  importance?: Float64Array,
): QuantizedMatrix {
  const scales = new Float32Array(columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let column = 0; column < columns; column++) {
      const magnitude = Math.abs(weights[start + column]);
      if (magnitude > scales[column]) {
        scales[column] = magnitude;
      }
    }
  }
  if (importance !== undefined) {
    clipColumns(weights, rows, columns, scales, importance);
  }
  const inverses = finishScales(scales);
  const values = new Int8Array(weights.length);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let column = 0; column < columns; column++) {
      values[start + column] = clampByte(roundHalfEven(weights[start + column] * inverses[column]));
    }
  }
  return { values, scales };
}

/** A matrix [rows × columns] with one scale a row: the words of an embedding table. */
export function quantizeRows(weights: Float32Array, rows: number, columns: number): QuantizedMatrix {
  const scales = new Float32Array(rows);
  const values = new Int8Array(weights.length);
  for (let row = 0; row < rows; row++) {
    let magnitude = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      magnitude = Math.max(magnitude, Math.abs(weights[i]));
    }
    scales[row] = magnitude;
  }
  const inverses = finishScales(scales);
  for (let row = 0; row < rows; row++) {
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      values[i] = roundHalfEven(weights[i] * inverses[row]);
    }
  }
  return { values, scales };
}

/** Shares of a column's largest magnitude that are tried. */
const clips = [0.975, 0.95, 0.925, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5];

/** Lowers the largest magnitudes to those with the least Σ_j E[x_j²] (w_j − ŵ_j)². */
function clipColumns(
  weights: Float32Array,
  rows: number,
  columns: number,
  magnitudes: Float32Array,
  importance: Float64Array,
): void {
  const least = columnErrors(weights, rows, columns, magnitudes, importance);
  const full = magnitudes.slice();
  for (const clip of clips) {
    const clipped = full.map((magnitude) => magnitude * clip);
    const errors = columnErrors(weights, rows, columns, clipped, importance);
    for (let column = 0; column < columns; column++) {
      if (errors[column] < least[column]) {
        least[column] = errors[column];
        magnitudes[column] = clipped[column];
      }
    }
  }
}

function columnErrors(
  weights: Float32Array,
  rows: number,
  columns: number,
  magnitudes: Float32Array,
  importance: Float64Array,
): Float64Array {
  const errors = new Float64Array(columns);
  const steps = Float64Array.from(magnitudes, (magnitude) => (magnitude === 0 ? 1 : magnitude / largest));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const weight = weights[row * columns + column];
      const difference = weight - clampByte(Math.round(weight / steps[column])) * steps[column];
      errors[column] += importance[row] * difference * difference;
    }
  }
  return errors;
}

function clampByte(value: number): number {
  return Math.min(Math.max(value, -largest), largest);
}

/** The smallest float32 with all its digits: a finer scale would be too coarse itself. */
const smallestScale = 2 ** -126;

/** Turns largest magnitudes into scales, in place, and gives their inverses. A channel of zeros gets scale 1. */
function finishScales(scales: Float32Array): Float64Array {
  const inverses = new Float64Array(scales.length);
  for (let i = 0; i < scales.length; i++) {
    scales[i] = scales[i] === 0 ? 1 : Math.max(scales[i] / largest, smallestScale);
    inverses[i] = 1 / scales[i];
  }
  return inverses;
}

/** Rounds to the nearest integer, ties to even: what run times do with activations (ONNX QuantizeLinear). */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && (rounded & 1) === 1 ? rounded - 1 : rounded;
}
