import { roundHalfEven } from '../numbers/index.js';
import type { Histogram } from './calibration-memory.js';

/** What quantizes an activation to U8: q = round(x / scale) + zeroPoint. */
export interface ActivationScale {
  readonly scale: number;
  /** 0 … 255 */
  readonly zeroPoint: number;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Ways to find the range of an activation that is worth covering: all that was seen, what a text has on average, or by
 * the histogram all but a ten-thousandth, the least divergence, the least squared error.
 */
export const rangeMethods = ['minmax', 'average', 'percentile', 'entropy', 'mse'] as const;
export type RangeMethod = (typeof rangeMethods)[number];

/** The methods that need a histogram. */
export type HistogramMethod = Exclude<RangeMethod, 'minmax' | 'average'>;

/** The least normal number in single precision. */
const leastScale = 2 ** -126;

/**
 * Returns the scale and zero point for a range, to the bit as onnxruntime.quantization has them. Zero is always exact, for
 * it is what padding and ReLU give.
 */
export function scaleOfRange({ low, high }: Range): ActivationScale {
  const from = Math.min(low, 0);
  const to = Math.max(high, 0);
  const step = (to - from) / 255;
  const scale = Math.fround(step);
  return scale < leastScale ? { scale: 1, zeroPoint: 0 } : { scale, zeroPoint: roundHalfEven(Math.abs(from) / step) };
}

/** Returns the range to cover, by one of the methods. */
export function rangeOf(histogram: Histogram, method: HistogramMethod): Range {
  const { low, high } = histogram;
  if (low === high) {
    // An activation that is always the same: its bins have no width.
    return { low, high };
  }
  switch (method) {
    case 'percentile':
      return percentileRange(histogram, 0.9999);
    case 'entropy':
      return bestShrink(histogram, divergence);
    case 'mse':
      return bestShrink(histogram, squaredError);
  }
}

/** Returns the range that leaves out half of the share of the values at each end. */
function percentileRange({ low, high, counts }: Histogram, share: number): Range {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const allowed = (total * (1 - share)) / 2;
  const width = (high - low) / counts.length;
  let first = 0;
  for (let left = allowed; first < counts.length - 1 && counts[first] <= left; first++) {
    left -= counts[first];
  }
  let last = counts.length - 1;
  for (let left = allowed; last > first && counts[last] <= left; last--) {
    left -= counts[last];
  }
  return { low: low + first * width, high: low + (last + 1) * width };
}

/**
 * Shares of a side that are tried: three hundredths apart down to a quarter, then each three quarters of the one before,
 * so that an outlier can be cut that reaches a hundred times as far as the rest.
 */
const shrinks = [
  ...Array.from({ length: 25 }, (_, i) => 1 - i * 0.03),
  ...Array.from({ length: 12 }, (_, i) => 0.28 * 0.75 ** (i + 1)),
];

/** Tries shorter ranges, each side for itself, for the least cost. */
function bestShrink(histogram: Histogram, cost: (histogram: Histogram, range: Range) => number): Range {
  let best: Range = histogram;
  let least = cost(histogram, histogram);
  for (const lowShrink of histogram.low < 0 ? shrinks : [1]) {
    for (const highShrink of histogram.high > 0 ? shrinks : [1]) {
      const range = { low: histogram.low * lowShrink, high: histogram.high * highShrink };
      const found = cost(histogram, range);
      if (found < least) {
        least = found;
        best = range;
      }
    }
  }
  return best;
}

/** Returns Σ count (x − x̂)² over the centres of the bins. */
function squaredError({ low, high, counts }: Histogram, range: Range): number {
  const { scale, zeroPoint } = scaleOfRange(range);
  const width = (high - low) / counts.length;
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const x = low + (bin + 0.5) * width;
    const code = Math.min(Math.max(Math.round(x / scale) + zeroPoint, 0), 255);
    sum += counts[bin] * (x - (code - zeroPoint) * scale) ** 2;
  }
  return sum;
}

/** What a bin of the reference counts as where the codes have nothing for it. */
const nearlyNothing = 1e-9;

/**
 * Returns the Kullback–Leibler divergence of the codes from the values (Migacz, "8-bit inference with TensorRT", 2017).
 * Values beyond the range count as its outermost bins; the 256 codes are made of what lies within, and each is spread
 * evenly over the occupied bins that it stands for.
 */
function divergence({ low, high, counts }: Histogram, range: Range): number {
  const { scale, zeroPoint } = scaleOfRange(range);
  const width = (high - low) / counts.length;
  const first = Math.max(0, Math.floor((range.low - low) / width));
  const last = Math.max(first, Math.min(counts.length - 1, Math.ceil((range.high - low) / width) - 1));
  const codeOf = (bin: number): number => {
    const x = low + (bin + 0.5) * width;
    return Math.min(Math.max(Math.round(x / scale) + zeroPoint, 0), 255);
  };
  const mass = new Float64Array(256);
  const occupied = new Float64Array(256);
  for (let bin = first; bin <= last; bin++) {
    const code = codeOf(bin);
    mass[code] += counts[bin];
    occupied[code] += counts[bin] > 0 ? 1 : 0;
  }
  const reference = counts.slice(first, last + 1);
  reference[0] += sumOf(counts, 0, first);
  reference[reference.length - 1] += sumOf(counts, last + 1, counts.length);
  const total = sumOf(counts, 0, counts.length);
  const inside = Math.max(sumOf(counts, first, last + 1), nearlyNothing);
  let sum = 0;
  for (const [i, count] of reference.entries()) {
    if (count > 0) {
      const code = codeOf(first + i);
      const spread = counts[first + i] > 0 ? mass[code] / occupied[code] / inside : nearlyNothing;
      sum += (count / total) * Math.log(count / total / spread);
    }
  }
  return sum;
}

function sumOf(counts: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    sum += counts[i];
  }
  return sum;
}
