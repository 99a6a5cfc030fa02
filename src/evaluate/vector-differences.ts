import { ascending, type Matrix, mean, quantile, rowOf } from '../numbers/index.js';

/** How far each vector of a candidate lies from the original's vector of the same text. */
export interface VectorDifferences {
  /** [texts]; 1 where neither side has a length, 0 where one side has none, NaN where a side is not finite. */
  readonly cosines: Float64Array;
  /** [texts], Euclidean distance of the vectors as the models give them. */
  readonly distances: Float64Array;
  /** [texts], distance ÷ length of the original's vector. */
  readonly relativeDistances: Float64Array;
  /** Vectors that hold NaN or an infinity. */
  readonly nonFinite: { readonly original: number; readonly candidate: number };
  /** Vectors without length (all zeros). */
  readonly zero: { readonly original: number; readonly candidate: number };
}

/** Compares two matrices row by row. */
export function vectorDifferences(original: Matrix, candidate: Matrix): VectorDifferences {
  const cosines = new Float64Array(original.rows);
  const distances = new Float64Array(original.rows);
  const relativeDistances = new Float64Array(original.rows);
  const nonFinite = { original: 0, candidate: 0 };
  const zero = { original: 0, candidate: 0 };
  for (let row = 0; row < original.rows; row++) {
    const { squaresA, squaresB, product, squaredDistance } = sums(rowOf(original, row), rowOf(candidate, row));
    nonFinite.original += Number.isFinite(squaresA) ? 0 : 1;
    nonFinite.candidate += Number.isFinite(squaresB) ? 0 : 1;
    zero.original += squaresA === 0 ? 1 : 0;
    zero.candidate += squaresB === 0 ? 1 : 0;
    if (squaresA === 0 || squaresB === 0) {
      cosines[row] = squaresA === squaresB ? 1 : product;
    } else {
      // The square root of each factor, not of the product: the product of two squares may leave the range.
      cosines[row] = product / (Math.sqrt(squaresA) * Math.sqrt(squaresB));
    }
    distances[row] = Math.sqrt(squaredDistance);
    relativeDistances[row] = squaredDistance === 0 ? 0 : Math.sqrt(squaredDistance / squaresA);
  }
  return { cosines, distances, relativeDistances, nonFinite, zero };
}

function sums(a: Float32Array, b: Float32Array) {
  let squaresA = 0;
  let squaresB = 0;
  let product = 0;
  let squaredDistance = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    const y = b[i];
    squaresA += x * x;
    squaresB += y * y;
    product += x * y;
    squaredDistance += (x - y) * (x - y);
  }
  return { squaresA, squaresB, product, squaredDistance };
}

/** Returns the mean and quantiles of values where low is bad; all NaN if one of the values is. */
export function lowTail(values: Float64Array): { mean: number; p50: number; p1: number; min: number } {
  const average = mean(values);
  if (Number.isNaN(average)) {
    return { mean: Number.NaN, p50: Number.NaN, p1: Number.NaN, min: Number.NaN };
  }
  const sorted = ascending(values);
  return { mean: average, p50: quantile(sorted, 0.5), p1: quantile(sorted, 0.01), min: sorted[0] };
}

/** Returns the mean and largest of values where high is bad; NaN if one of the values is. */
export function meanAndMax(values: Float64Array): { mean: number; max: number } {
  const average = mean(values);
  return { mean: average, max: Number.isNaN(average) ? Number.NaN : ascending(values)[values.length - 1] };
}
