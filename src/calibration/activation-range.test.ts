import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rangeOf, scaleOfRange } from './activation-range.js';

describe('scaleOfRange', () => {
  test('covers the range, and zero exactly', () => {
    expect(scaleOfRange({ low: -1, high: 254 })).toEqual({ scale: 1, zeroPoint: 1 });
    expect(scaleOfRange({ low: 51, high: 255 })).toEqual({ scale: 1, zeroPoint: 0 });
    expect(scaleOfRange({ low: -255, high: -3 })).toEqual({ scale: 1, zeroPoint: 255 });
  });

  test("is the scale and zero point of ONNX Runtime's tool", () => {
    const cases = JSON.parse(
      readFileSync(new URL('../../test/golden/activation-scale.golden.json', import.meta.url), 'utf8'),
    ) as { low: number; high: number; scale: number; zeroPoint: number }[];
    expect(cases.length).toBeGreaterThan(200);
    for (const { low, high, scale, zeroPoint } of cases) {
      expect(scaleOfRange({ low, high }), `${low} … ${high}`).toEqual({ scale, zeroPoint });
    }
  });

  test('is usable for an activation that is always zero', () => {
    expect(scaleOfRange({ low: 0, high: 0 })).toEqual({ scale: 1, zeroPoint: 0 });
  });
});

describe('rangeOf', () => {
  /** A bell of values around 0 and, far away, a single outlier. */
  function histogram(outliers: number) {
    const counts = Float64Array.from({ length: 2048 }, (_, bin) =>
      Math.round(1e5 * Math.exp(-(((bin - 300) / 60) ** 2))),
    );
    counts[2047] = outliers;
    return { low: -3, high: 17.48, counts };
  }

  test('percentile leaves a lone outlier out', () => {
    expect(rangeOf(histogram(1), 'percentile').high).toBeLessThan(5);
  });

  test('squared error keeps an outlier that would cost more than the finer step gains', () => {
    expect(rangeOf(histogram(1), 'mse').high).toBeLessThan(17);
    expect(rangeOf(histogram(1e6), 'mse').high).toBeGreaterThan(15);
  });

  test.each(['mse', 'entropy'] as const)('%s cuts an outlier of a hundred standard deviations', (method) => {
    const counts = Float64Array.from({ length: 2048 }, (_, bin) => {
      const deviations = ((bin + 0.5) / 2048) * 104 - 4;
      return Math.round(1e7 * Math.exp(-(deviations ** 2) / 2));
    });
    counts[2047] = 1;
    const { low, high } = rangeOf({ low: -4, high: 100, counts }, method);
    expect(high).toBeLessThan(10);
    expect(high).toBeGreaterThan(2);
    expect(low).toBeLessThan(-2);
  });

  test('entropy cuts into the empty part of the range', () => {
    const { low, high } = rangeOf(histogram(1), 'entropy');
    expect(high).toBeLessThan(17);
    expect(low).toBeLessThan(0);
    expect(low).toBeGreaterThanOrEqual(-3);
  });
});
