import { describe, expect, test } from 'vitest';
import { lowTail, meanAndMax, vectorDifferences } from './vector-differences.js';

const differences = (original: readonly number[], candidate: readonly number[], columns = 2) => {
  const matrix = (values: readonly number[]) => ({
    data: Float32Array.from(values),
    rows: values.length / columns,
    columns,
  });
  return vectorDifferences(matrix(original), matrix(candidate));
};

describe('differences of vectors', () => {
  test('by hand', () => {
    const found = differences([3, 4, 1, 0, 2, 0], [4, 3, 0, 1, -2, 0]);
    expect(found.cosines[0]).toBeCloseTo(24 / 25, 12);
    expect([...found.cosines.subarray(1)]).toEqual([0, -1]);
    expect(found.distances[0]).toBeCloseTo(Math.SQRT2, 12);
    expect(found.relativeDistances[0]).toBeCloseTo(Math.SQRT2 / 5, 12);
    expect(found.relativeDistances[2]).toBe(2);
  });

  test('a vector without length is like another one, and like nothing else', () => {
    const found = differences([0, 0, 0, 0, 1, 0], [0, 0, 3, 4, 0, 0]);
    expect([...found.cosines]).toEqual([1, 0, 0]);
    expect([...found.distances]).toEqual([0, 5, 1]);
    expect([...found.relativeDistances]).toEqual([0, Number.POSITIVE_INFINITY, 1]);
    expect(found.zero).toEqual({ original: 2, candidate: 2 });
  });

  test('what is not finite is counted on its side, and has no cosine, beside zeros neither', () => {
    const found = differences([1, 0, Number.NaN, 0, 0, 0], [Number.POSITIVE_INFINITY, 0, 1, 0, Number.NaN, 1]);
    expect(found.nonFinite).toEqual({ original: 1, candidate: 2 });
    expect([...found.cosines].every(Number.isNaN)).toBe(true);
  });

  test('the largest and the smallest vectors of single precision keep their direction', () => {
    const found = differences([3e38, 3e38, 1e-45, 0, 2e-20, 0], [3e38, 0, 3e38, 0, 0, 1e-20]);
    expect(found.cosines[0]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(found.cosines[1]).toBeCloseTo(1, 12);
    expect(found.cosines[2]).toBe(0);
  });
});

describe('what a list of figures comes to', () => {
  test('low figures are the bad ones: quantiles are interpolated', () => {
    // 101 figures from 0 to 1: the 1st percentile is the second of them.
    const figures = Float64Array.from({ length: 101 }, (_, i) => ((i * 37) % 101) / 100);
    const { mean, p50, p1, min } = lowTail(figures);
    expect([p1, p50, min]).toEqual([0.01, 0.5, 0]);
    expect(mean).toBeCloseTo(0.5, 12);
    expect(lowTail(Float64Array.of(0, 1)).p1).toBeCloseTo(0.01, 12);
  });

  test('nothing is left of figures with NaN', () => {
    const { NaN: nan } = Number;
    expect(lowTail(Float64Array.of(1, nan))).toEqual({ mean: nan, p50: nan, p1: nan, min: nan });
    expect(meanAndMax(Float64Array.of(nan, 2))).toEqual({ mean: nan, max: nan });
    expect(meanAndMax(Float64Array.of(1, 5, 3))).toEqual({ mean: 3, max: 5 });
  });
});
