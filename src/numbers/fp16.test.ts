import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floatsToHalves, floatToHalf, fp16Max, fp16Min, halfToFloat, halvesToFloats } from './fp16.js';

/** The value of half-precision bits by the definition: (-1)^s × 2^(e-15) × (1 + f/1024), or f × 2^-24 for e = 0. */
function defined(half: number): number {
  const sign = half >>> 15 === 1 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) {
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  }
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** The float32 next to a positive one, `step` units in the last place away. */
function neighbour(value: number, step: number): number {
  float[0] = value;
  bits[0] += step;
  return float[0];
}

describe('halfToFloat', () => {
  test('gives all 65,536 numbers as the format defines them', () => {
    for (let half = 0; half < 0x10000; half++) {
      expect(Object.is(halfToFloat(half), defined(half)), `half ${half.toString(16)}`).toBe(true);
    }
  });

  test('agrees with the whole-array form', () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    const floats = halvesToFloats(all);
    expect(floats.every((value, half) => Object.is(value, defined(half)))).toBe(true);
  });
});

describe('floatToHalf', () => {
  test('gives every half back', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = defined(half);
      const expected = Number.isNaN(value) ? (half & 0x8000) | 0x7e00 : half;
      // The sign of a NaN does not survive in JavaScript numbers.
      expect(floatToHalf(value) & (Number.isNaN(value) ? 0x7fff : 0xffff)).toBe(
        Number.isNaN(value) ? 0x7e00 : expected,
      );
    }
  });

  test('rounds to nearest, ties to even, at every border between two halves', () => {
    // 0x7bff is the largest finite half; what is behind it would be 65536.
    for (let half = 0; half < 0x7c00; half++) {
      const above = half === 0x7bff ? 65536 : defined(half + 1);
      const tie = (defined(half) + above) / 2;
      const even = half % 2 === 0 ? half : half + 1;
      expect(floatToHalf(neighbour(tie, -1)), `below ${tie}`).toBe(half);
      expect(floatToHalf(tie), `at ${tie}`).toBe(even);
      expect(floatToHalf(neighbour(tie, 1)), `above ${tie}`).toBe(half + 1);
      expect(floatToHalf(-tie)).toBe(even | 0x8000);
    }
  });

  test('what is too large is infinite, what is too small is zero, signs stay', () => {
    expect(floatToHalf(fp16Max)).toBe(0x7bff);
    expect(floatToHalf(65520)).toBe(0x7c00);
    expect(floatToHalf(-1e38)).toBe(0xfc00);
    expect(floatToHalf(Number.POSITIVE_INFINITY)).toBe(0x7c00);
    expect(floatToHalf(fp16Min)).toBe(1);
    expect(floatToHalf(fp16Min / 2)).toBe(0);
    expect(floatToHalf(-1e-45)).toBe(0x8000);
    expect(floatToHalf(-0)).toBe(0x8000);
    expect(floatToHalf(Number.NaN) & 0x7fff).toBe(0x7e00);
  });

  test('is never further away than half a step', () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(-65504), max: Math.fround(65504), noNaN: true }), (value) => {
        const back = halfToFloat(floatsToHalves(new Float32Array([value]))[0]);
        const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value) || 1e-30)), -14) - 10);
        expect(Math.abs(back - value)).toBeLessThanOrEqual(step / 2);
      }),
    );
  });
});
