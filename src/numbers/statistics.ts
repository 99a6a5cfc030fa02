import { ascendingOrder } from './order.js';

/** Descriptive statistics, as numpy and scipy define them. */

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
  }
  return sum / values.length;
}

/**
 * Returns the q-quantile (0 ≤ q ≤ 1) of ascending values, linearly interpolated (numpy.quantile's default); NaN if
 * there are none or one of them is NaN, which stands at the end.
 */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  if (ascending.length === 0 || Number.isNaN(ascending[ascending.length - 1])) {
    return Number.NaN;
  }
  const position = q * (ascending.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below] + (position - below) * (ascending[above] - ascending[below]);
}

/** Sorts numbers into a new array, the lowest first. */
export function ascending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** Returns the median of numbers. */
export function median(values: ArrayLike<number>): number {
  return quantile(ascending(values), 0.5);
}

/** Returns Pearson's correlation, from -1 to 1; NaN where one side is constant (as scipy.stats.pearsonr). */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  // The mean of equal numbers is rarely that number to the last bit, so the variance alone would not tell.
  if (isConstant(a) || isConstant(b)) {
    return Number.NaN;
  }
  const meanA = mean(a);
  const meanB = mean(b);
  let covariance = 0;
  let varianceA = 0;
  let varianceB = 0;
  for (let i = 0; i < a.length; i++) {
    const da = a[i] - meanA;
    const db = b[i] - meanB;
    covariance += da * db;
    varianceA += da * da;
    varianceB += db * db;
  }
  const correlation = covariance / (Math.sqrt(varianceA) * Math.sqrt(varianceB));
  return Math.min(Math.max(correlation, -1), 1);
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) {
    if (values[i] !== values[0]) {
      return false;
    }
  }
  return true;
}

/** Ranks from 1, ties get the mean of their ranks (scipy.stats.rankdata). */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = ascendingOrder(values);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) {
      end++;
    }
    const rank = (start + end + 1) / 2;
    for (let i = start; i < end; i++) {
      result[order[i]] = rank;
    }
    start = end;
  }
  return result;
}

/** Returns Spearman's rank correlation; NaN where one side is constant or holds NaN (as scipy.stats.spearmanr). */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return hasNaN(a) || hasNaN(b) ? Number.NaN : pearson(ranks(a), ranks(b));
}

function hasNaN(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) {
      return true;
    }
  }
  return false;
}
