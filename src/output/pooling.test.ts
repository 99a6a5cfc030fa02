import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PoolingMode } from '../model/index.js';
import { applyHead } from './apply-head.js';
import { poolText } from './pooling.js';

interface Golden {
  readonly width: number;
  readonly hidden: readonly number[];
  readonly cases: readonly { readonly mode: PoolingMode; readonly skip: number; readonly pooled: readonly number[] }[];
  readonly head: { readonly weight: readonly number[]; readonly bias: readonly number[]; readonly vector: number[] };
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../test/golden/pooling.golden.json', import.meta.url), 'utf8'),
);
const { width, hidden } = golden;

/** The text lies behind 2 numbers that are not its own and before padding that must not count. */
const rows = {
  data: Float32Array.from([99, 99, ...hidden, ...new Array(width).fill(1e6)]),
  start: 2,
  tokens: hidden.length / width,
  width,
};

describe('poolText', () => {
  test.each(golden.cases)('$mode, $skip tokens left out', ({ mode, skip, pooled }) => {
    const target = new Float32Array(width);
    poolText([mode], rows, skip, target);
    target.forEach((value, i) => {
      expect(value).toBeCloseTo(pooled[i], 5);
    });
  });

  test('gives zeros, not NaN, where nothing is left to take the mean of', () => {
    const target = new Float32Array(width);
    poolText(['mean'], rows, rows.tokens, target);
    expect(Array.from(target)).toEqual(new Array(width).fill(0));
  });
});

describe('applyHead', () => {
  test('concatenates modes, projects and normalises', () => {
    const { weight, bias, vector } = golden.head;
    const dense = {
      inputs: 2 * width,
      outputs: bias.length,
      weight: Float32Array.from(weight),
      bias: Float32Array.from(bias),
      activation: 'tanh' as const,
    };
    const head = { pooling: ['max', 'mean'] as const, includePrompt: true, dense: [dense], normalize: true };
    const vectors = applyHead(head, [rows, rows], [0, 0]);
    expect(vectors.length).toBe(2 * bias.length);
    vectors.forEach((value, i) => {
      expect(value).toBeCloseTo(vector[i % bias.length], 5);
    });
  });
});
