import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../numbers/index.js';
import { rangeMethods, rangeOf, scaleOfRange } from './activation-range.js';

const histogram = (low: number, high: number, counts: readonly number[]) => ({
  low,
  high,
  counts: Float64Array.from(counts),
});
const histogramMethods = ['percentile', 'entropy', 'mse'] as const;

describe('scale and zero point', () => {
  test('cover the range, with zero exact, whatever the range', () => {
    const random = randomNumbers(11);
    for (let i = 0; i < 500; i++) {
      const [a, b] = [0, 0].map(() => (random() - 0.5) * 10 ** Math.floor(random() * 12 - 6));
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const { scale, zeroPoint } = scaleOfRange({ low, high });
      expect(Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255).toBe(true);
      // Rounding of the zero point moves the range by half a step at most.
      expect(-zeroPoint * scale).toBeLessThanOrEqual(Math.min(low, 0) + 0.51 * scale);
      expect((255 - zeroPoint) * scale).toBeGreaterThanOrEqual(Math.max(high, 0) - 0.51 * scale);
    }
  });

  test.each([
    [
      { low: 0, high: 1e-40 },
      { scale: 1, zeroPoint: 0 },
    ],
    [
      { low: -1e-40, high: 0 },
      { scale: 1, zeroPoint: 0 },
    ],
    [
      { low: 0, high: 510 },
      { scale: 2, zeroPoint: 0 },
    ],
    [
      { low: -510, high: 0 },
      { scale: 2, zeroPoint: 255 },
    ],
    [
      { low: -255, high: 255 },
      { scale: 2, zeroPoint: 128 },
    ],
  ])('of %j are %j', (range, expected) => {
    expect(scaleOfRange(range)).toEqual(expected);
  });
});

describe('the percentile', () => {
  test('leaves out a twenty-thousandth of the values at each end, by whole bins', () => {
    // Of 40,200 values, 2.01 at each end.
    const counts = [1, 1, 1, 40_194, 1, 2];
    expect(rangeOf(histogram(0, 6, counts), 'percentile')).toEqual({ low: 2, high: 5 });
    expect(rangeOf(histogram(-12, 0, counts), 'percentile')).toEqual({ low: -8, high: -2 });
  });

  test('leaves out empty bins, and no other where there are few values', () => {
    expect(rangeOf(histogram(0, 5, [0, 1, 0, 1, 0]), 'percentile')).toEqual({ low: 1, high: 4 });
    expect(rangeOf(histogram(0, 4, [1, 0, 0, 1]), 'percentile')).toEqual({ low: 0, high: 4 });
    expect(rangeOf(histogram(0, 4, [0, 0, 7, 0]), 'percentile')).toEqual({ low: 2, high: 3 });
  });

  test('of nothing is still a range', () => {
    const { low, high } = rangeOf(histogram(0, 4, [0, 0, 0, 0]), 'percentile');
    expect(low).toBeLessThan(high);
  });
});

describe.each(histogramMethods)('the range by %s', (method) => {
  test('lies within what was seen', () => {
    const random = randomNumbers(5);
    for (let round = 0; round < 12; round++) {
      const low = -random() * 10;
      const high = random() * 10;
      const counts = Array.from({ length: 256 }, () => (random() < 0.3 ? 0 : Math.floor(random() ** 4 * 1000)));
      const found = rangeOf(histogram(low, high, counts), method);
      expect(found.low).toBeGreaterThanOrEqual(low - 1e-9);
      expect(found.high).toBeLessThanOrEqual(high + 1e-9);
      expect(found.low).toBeLessThan(found.high);
    }
  });

  test('of values on one side of zero stays there', () => {
    const counts = Array.from({ length: 128 }, (_, i) => 1000 - 7 * i);
    expect(rangeOf(histogram(0, 3, counts), method).low).toBeGreaterThanOrEqual(0);
    expect(rangeOf(histogram(-3, 0, counts), method).high).toBeLessThanOrEqual(0);
  });

  test('is the same for so many times as many values', () => {
    const random = randomNumbers(8);
    const counts = Array.from({ length: 128 }, () => 1 + Math.floor(random() * 100));
    const more = counts.map((count) => count * 1024);
    const [once, often] = [counts, more].map((all) => rangeOf(histogram(-1, 2, all), method));
    expect([often.low, often.high]).toEqual([once.low, once.high]);
  });
});

describe.each(histogramMethods)('the range by %s of an activation', (method) => {
  test.each([5, -5, 1e-30, -3e38])('that is always %f covers it', (constant) => {
    const { low, high } = rangeOf(histogram(constant, constant, [40, ...Array(2047).fill(0)]), method);
    expect([low, high]).toEqual([constant, constant]);
    const { scale, zeroPoint } = scaleOfRange({ low, high });
    const code = Math.round(constant / scale) + zeroPoint;
    expect((code - zeroPoint) * scale).toBeCloseTo(constant, Math.abs(constant) > 1e6 ? -32 : 6);
  });

  test('that is always zero is a range that gives a scale', () => {
    const { low, high } = rangeOf(histogram(0, 0, [40, 0, 0]), method);
    expect(scaleOfRange({ low, high })).toEqual({ scale: 1, zeroPoint: 0 });
  });

  test('that is mirrored is mirrored', () => {
    const random = randomNumbers(21);
    const counts = Array.from({ length: 200 }, (_, i) =>
      Math.floor(1000 * random() * Math.exp(-(((i - 50) / 30) ** 2))),
    );
    const found = rangeOf(histogram(-2, 6, counts), method);
    const mirrored = rangeOf(histogram(-6, 2, counts.toReversed()), method);
    const steps = method === 'percentile' ? 1e-9 : 0.13;
    // Rounding of halves and of zero points goes one way: the best range may be the next.
    expect(Math.abs(mirrored.low + found.high)).toBeLessThanOrEqual(steps * 6);
    expect(Math.abs(mirrored.high + found.low)).toBeLessThanOrEqual(steps * 6);
  });

  test('in other units is the same in other units', () => {
    const counts = Array.from({ length: 200 }, (_, i) => Math.round(1e4 * Math.exp(-(((i - 40) / 12) ** 2))) + (i % 3));
    const [plain, scaled] = [1, 4].map((unit) => rangeOf(histogram(-2 * unit, 6 * unit, counts), method));
    expect([scaled.low / 4, scaled.high / 4]).toEqual([plain.low, plain.high]);
  });
});

test('squared error: a range that is shorter is only taken where it costs less', () => {
  const cost = (
    range: { readonly low: number; readonly high: number },
    counts: readonly number[],
    low: number,
    high: number,
  ) => {
    const { scale, zeroPoint } = scaleOfRange(range);
    const width = (high - low) / counts.length;
    return counts.reduce((sum, count, bin) => {
      const x = low + (bin + 0.5) * width;
      const code = Math.min(255, Math.max(0, Math.round(x / scale) + zeroPoint));
      return sum + count * (x - (code - zeroPoint) * scale) ** 2;
    }, 0);
  };
  const random = randomNumbers(2);
  for (let round = 0; round < 10; round++) {
    const counts = Array.from(
      { length: 200 },
      (_, i) => Math.floor(1e5 * random() * Math.exp(-(((i - 60) / 20) ** 2))) + (i === 199 ? 1 : 0),
    );
    const found = rangeOf(histogram(-2, 6, counts), 'mse');
    expect(cost(found, counts, -2, 6)).toBeLessThanOrEqual(cost({ low: -2, high: 6 }, counts, -2, 6));
  }
});

test('all methods but two read a histogram', () => {
  expect(rangeMethods.filter((method) => !(histogramMethods as readonly string[]).includes(method))).toEqual([
    'minmax',
    'average',
  ]);
});
