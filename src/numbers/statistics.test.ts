import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascending, mean, median, pearson, quantile, ranks, spearman } from './statistics.js';

interface Pair {
  readonly a: number[];
  readonly b: number[];
  readonly ranks: number[];
  readonly mean: number;
  readonly quantiles: number[];
  readonly pearson: number | null;
  readonly spearman: number | null;
}

const golden: { readonly q: number[]; readonly pairs: Record<string, Pair> } = JSON.parse(
  readFileSync(new URL('../../test/golden/statistics.golden.json', import.meta.url), 'utf8'),
);

function expectClose(actual: number, expected: number | null): void {
  if (expected === null) {
    expect(actual).toBeNaN();
  } else {
    expect(actual).toBeCloseTo(expected, 12);
  }
}

describe.each(Object.entries(golden.pairs))('%s values', (_, pair) => {
  test('have the mean and the quantiles of numpy', () => {
    const sorted = ascending(pair.a);
    expect(mean(pair.a)).toBeCloseTo(pair.mean, 12);
    for (const [i, q] of golden.q.entries()) {
      expect(quantile(sorted, q)).toBeCloseTo(pair.quantiles[i], 12);
    }
    expect(median(pair.a)).toBeCloseTo(pair.quantiles[golden.q.indexOf(0.5)], 12);
  });

  test('have the ranks and correlations of scipy', () => {
    expect([...ranks(pair.a)]).toEqual(pair.ranks);
    expectClose(pearson(pair.a, pair.b), pair.pearson);
    expectClose(spearman(pair.a, pair.b), pair.spearman);
  });
});

describe('what cannot be measured is NaN', () => {
  test('quantiles of nothing and of NaN', () => {
    expect(quantile([], 0.5)).toBeNaN();
    expect(quantile(ascending([1, Number.NaN, 0]), 0)).toBeNaN();
  });

  test('correlations with NaN or with a constant whose mean is not itself', () => {
    expect(pearson([1, Number.NaN, 3], [1, 2, 3])).toBeNaN();
    expect(spearman([1, Number.NaN, 3], [1, 2, 3])).toBeNaN();
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNaN();
    expect(pearson([1, 2, 3], [0.1, 0.1, 0.1])).toBeNaN();
  });
});

test('correlations never leave -1 to 1', () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 2 }), fc.double({ min: -5, max: 5, noNaN: true }), (a, slope) => {
      const correlation = pearson(
        a,
        a.map((x) => slope * x + 1),
      );
      expect(Number.isNaN(correlation) || Math.abs(correlation) <= 1).toBe(true);
    }),
  );
});
