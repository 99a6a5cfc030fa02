/**
 * Symmetric 8-bit weights that no CPU saturates on.
 *
 * x86 CPUs without VNNI multiply bytes by `vpmaddubsw`, which adds the products of two neighbouring inputs, (0, 1),
 * (2, 3) …, in 16 bits and cuts what does not fit: 255 · (127 + 127) is twice as much as that. ONNX Runtime computes
 * U8 × S8 so there, and what is cut is lost without a word (measured on all-MiniLM-L6-v2: cosine .987 where VNNI
 * gives .998; the tools' remedy, `reduce_range`, takes a bit off every weight). Only neighbours of the same sign can
 * do harm, and few of them are large: it is enough that their codes sum up to no more than 128.
 */

import { roundHalfEven } from '../numbers/index.js';
import { type QuantizedMatrix, scalesOf } from './symmetric.js';

const largestCode = 127;
/** Of two neighbouring codes of the same sign: 255 · 128 < 2¹⁵. */
const largestPair = 128;

/** Shares of the largest scale that are tried. */
const clips = [0.975, 0.95, 0.925, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5];

/**
 * Quantizes weights W [inputs × outputs] of y = x W with one scale an output channel, w ≈ scale · q, q in −127 … 127,
 * such that neighbouring inputs' codes of the same sign sum up to at most 128 in magnitude.
 *
 * @param importance [inputs], E[x_j²]. If given, a scale may leave out the largest weights and pairs of its channel
 *   where that lessens the expected squared error of the outputs, Σ_j E[x_j²] (w_j − ŵ_j)².
 */
export function quantizeSaturationFree(
  weights: Float32Array,
  inputs: number,
  outputs: number,
  importance?: Float64Array,
): QuantizedMatrix {
  const matrix = { weights, inputs, outputs, importance: importance ?? new Float64Array(inputs).fill(1) };
  const reaches = channelReaches(matrix);
  if (importance !== undefined) {
    clipReaches(matrix, reaches);
  }
  const { scales, inverses } = scalesOf(reaches);
  return { values: codesOf(matrix, inverses), scales };
}

interface WeightMatrix {
  readonly weights: Float32Array;
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs] */
  readonly importance: Float64Array;
}

/**
 * Returns, for each output, the magnitude that code 127 has to stand for so that neither a weight nor a pair is cut.
 */
function channelReaches({ weights, inputs, outputs }: WeightMatrix): Float32Array {
  const reaches = new Float32Array(outputs);
  for (let input = 0; input < inputs; input += 2) {
    const first = input * outputs;
    const paired = input + 1 < inputs;
    for (let n = 0; n < outputs; n++) {
      const a = weights[first + n];
      const b = paired ? weights[first + outputs + n] : 0;
      const single = Math.max(Math.abs(a), Math.abs(b));
      const pair = a > 0 === b > 0 ? (Math.abs(a + b) * largestCode) / largestPair : 0;
      reaches[n] = Math.max(reaches[n], single, pair);
    }
  }
  return reaches;
}

/** Lowers the reaches, in place, to those with the least error. */
function clipReaches(matrix: WeightMatrix, reaches: Float32Array): void {
  const full = reaches.slice();
  const least = channelErrors(matrix, full);
  for (const clip of clips) {
    const clipped = full.map((reach) => reach * clip);
    const errors = channelErrors(matrix, clipped);
    for (let n = 0; n < reaches.length; n++) {
      if (errors[n] < least[n]) {
        least[n] = errors[n];
        reaches[n] = clipped[n];
      }
    }
  }
}

function channelErrors(matrix: WeightMatrix, reaches: Float32Array): Float64Array {
  const { weights, inputs, outputs, importance } = matrix;
  const errors = new Float64Array(outputs);
  const steps = Float64Array.from(reaches, (reach) => (reach === 0 ? 1 : reach / largestCode));
  const codes = codesOf(
    matrix,
    steps.map((step) => 1 / step),
  );
  for (let input = 0; input < inputs; input++) {
    const row = input * outputs;
    for (let n = 0; n < outputs; n++) {
      const difference = weights[row + n] - codes[row + n] * steps[n];
      errors[n] += importance[input] * difference * difference;
    }
  }
  return errors;
}

/** Returns the codes, [inputs × outputs]. */
function codesOf({ weights, inputs, outputs, importance }: WeightMatrix, inverses: Float64Array): Int8Array {
  const codes = new Int8Array(weights.length);
  for (let input = 0; input < inputs; input += 2) {
    const first = input * outputs;
    const second = input + 1 < inputs ? first + outputs : first;
    for (let n = 0; n < outputs; n++) {
      codes[first + n] = nearestCode(weights[first + n] * inverses[n]);
      codes[second + n] = nearestCode(weights[second + n] * inverses[n]);
      if (first !== second && Math.abs(codes[first + n] + codes[second + n]) > largestPair) {
        const a = Math.abs(weights[first + n] * inverses[n]);
        const b = Math.abs(weights[second + n] * inverses[n]);
        const sign = Math.sign(codes[first + n]);
        const share = shareOfExcess(importance[input], importance[input + 1]);
        const code = Math.min(Math.max(Math.round(a - (a + b - largestPair) * share), 1), largestCode);
        codes[first + n] = sign * code;
        codes[second + n] = sign * (largestPair - code);
      }
    }
  }
  return codes;
}

/** Returns what the first of two weights yields for the least Σ E[x²] Δw² (Lagrange): the less it matters, the more. */
function shareOfExcess(first: number, second: number): number {
  return first + second > 0 ? second / (first + second) : 0.5;
}

function nearestCode(value: number): number {
  return value < -largestCode ? -largestCode : value > largestCode ? largestCode : roundHalfEven(value);
}
