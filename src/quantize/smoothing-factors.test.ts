import { describe, expect, test } from 'vitest';
import type { ChannelStatistics } from '../calibration/index.js';
import { chooseFactors } from './smoothing-factors.js';

/** One text of one token. */
function seenOnce(values: readonly number[]): ChannelStatistics {
  const x = Float32Array.from(values);
  return {
    channels: x.length,
    least: x,
    greatest: x,
    minima: x,
    maxima: x,
    mean: Float64Array.from(x),
    meanSquare: Float64Array.from(x, (value) => value ** 2),
  };
}

const outlying = seenOnce([100, 1, -1, 1, 1, -1, 1, 1]);
const alike = new Float32Array(8).fill(1);

describe('factors of smoothing', () => {
  test('cap what reaches far, and leave everything else', () => {
    const { factors, channels, errorShare } = chooseFactors([{ seen: outlying, weights: [alike] }]);
    expect(channels).toBe(1);
    expect(factors?.[0]).toBeGreaterThan(2);
    expect([...(factors?.subarray(1) ?? [])]).toEqual(new Array(7).fill(1));
    expect(errorShare).toBeLessThan(0.9);
  });

  test('are those of the least expected error, worked out by hand', () => {
    // Divided by f, the error is 16²/255² (1 + 1/f²) + (16² + f²) / 127²: least at f⁴ = 16² · 127² / 255². Of the
    // factors that are tried, 16^(i/8), the nearest is 16^(3/8).
    const { factors, errorShare } = chooseFactors([{ seen: seenOnce([16, 1]), weights: [Float32Array.of(1, 1)] }]);
    expect(factors?.[0]).toBeCloseTo(2 ** 1.5, 5);
    expect(factors?.[1]).toBe(1);
    const errorAt = (squared: number) => (256 / 255 ** 2) * (1 + 1 / squared) + (256 + squared) / 127 ** 2;
    expect(errorShare).toBeCloseTo(errorAt(8) / errorAt(1), 6);
  });

  test('are the same for activations whose layers share weights: the farthest counts', () => {
    const { factors } = chooseFactors([
      { seen: outlying, weights: [alike] },
      { seen: seenOnce([1, 200, 1, 1, 1, 1, 1, 1]), weights: [alike] },
    ]);
    const cap = 200 / (factors?.[1] ?? 1);
    expect(cap).toBeLessThan(200);
    expect(factors?.[0]).toBeCloseTo(Math.max(1, 100 / cap), 4);
    expect([...(factors?.subarray(2) ?? [])]).toEqual(new Array(6).fill(1));
  });

  test('are not worth an operator where all channels reach alike, or nothing is seen', () => {
    expect(chooseFactors([{ seen: seenOnce(new Array(8).fill(3)), weights: [alike] }]).factors).toBeUndefined();
    expect(chooseFactors([{ seen: seenOnce(new Array(8).fill(0)), weights: [alike] }])).toEqual({
      channels: 0,
      errorShare: 1,
    });
  });

  test('are not worth an operator before weights of zeros, whose outputs have no error', () => {
    expect(chooseFactors([{ seen: outlying, weights: [new Float32Array(8)] }])).toEqual({ channels: 0, errorShare: 1 });
  });
});
