import type { PoolingMode } from '../model/index.js';

/** The hidden states of one text: `tokens` rows of `width` numbers in `data`, from element `start` on. */
export interface HiddenRows {
  readonly data: Float32Array;
  readonly start: number;
  readonly tokens: number;
  readonly width: number;
}

/**
 * Pools the hidden states of one text, as sentence-transformers' Pooling module defines the modes.
 *
 * @param skip leading tokens that count for nothing in sums and maxima
 * @param target [modes × width], the modes one after the other
 */
export function poolText(modes: readonly PoolingMode[], rows: HiddenRows, skip: number, target: Float32Array): void {
  modes.forEach((mode, index) => {
    const part = target.subarray(index * rows.width, (index + 1) * rows.width);
    if (mode === 'cls') {
      part.set(row(rows, 0));
    } else if (mode === 'lasttoken') {
      part.set(row(rows, rows.tokens - 1));
    } else if (mode === 'max') {
      maximum(rows, skip, part);
    } else {
      weightedSum(mode, rows, skip, part);
    }
  });
}

function row({ data, start, width }: HiddenRows, token: number): Float32Array {
  return data.subarray(start + token * width, start + (token + 1) * width);
}

function maximum(rows: HiddenRows, skip: number, target: Float32Array): void {
  // sentence-transformers' stand-in for masked positions; what remains if nothing is to be pooled.
  target.fill(-1e9);
  for (let token = skip; token < rows.tokens; token++) {
    const values = row(rows, token);
    for (let i = 0; i < target.length; i++) {
      if (values[i] > target[i]) {
        target[i] = values[i];
      }
    }
  }
}

function weightedSum(
  mode: 'mean' | 'mean_sqrt_len_tokens' | 'weightedmean',
  rows: HiddenRows,
  skip: number,
  target: Float32Array,
): void {
  const sums = new Float64Array(target.length);
  let total = 0;
  for (let token = skip; token < rows.tokens; token++) {
    // Weighted mean: position in the text, from 1 (Muennighoff 2022, arXiv:2202.08904).
    const weight = mode === 'weightedmean' ? token + 1 : 1;
    const values = row(rows, token);
    for (let i = 0; i < sums.length; i++) {
      sums[i] += weight * values[i];
    }
    total += weight;
  }
  const divisor = Math.max(mode === 'mean_sqrt_len_tokens' ? Math.sqrt(total) : total, 1e-9);
  for (let i = 0; i < target.length; i++) {
    target[i] = sums[i] / divisor;
  }
}
