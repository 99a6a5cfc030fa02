import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosine, dot, norm, normalizeInPlace } from './vectors.js';

const f32 = (...values: number[]) => new Float32Array(values);

describe('vectors', () => {
  test('dot product, length and cosine of small ones', () => {
    expect(dot(f32(1, 2, 3), f32(4, -5, 6))).toBe(12);
    expect(norm(f32(3, 4))).toBe(5);
    expect(cosine(f32(1, 0), f32(0, 2))).toBe(0);
    expect(cosine(f32(1, 1), f32(-2, -2))).toBeCloseTo(-1, 15);
  });

  test('sums go beyond what float32 can hold', () => {
    expect(dot(f32(1e7, 1), f32(1e7, 1))).toBe(1e14 + 1);
    expect(norm(f32(3e38, 3e38))).toBeGreaterThan(4e38);
  });

  test('a vector without length has no direction', () => {
    expect(cosine(f32(0, 0), f32(1, 2))).toBe(0);
    expect([...normalizeInPlace(f32(0, 0))]).toEqual([0, 0]);
  });

  test('NaN stays NaN', () => {
    expect(cosine(f32(Number.NaN, 1), f32(1, 2))).toBeNaN();
  });

  test('normalised vectors have length 1 and the direction they had', () => {
    const vector = fc.float32Array({ minLength: 1, maxLength: 64, noNaN: true, min: -1000, max: 1000 });
    fc.assert(
      fc.property(vector, (values) => {
        fc.pre(norm(values) > 1e-3);
        const unit = normalizeInPlace(values.slice());
        expect(norm(unit)).toBeCloseTo(1, 6);
        expect(cosine(unit, values)).toBeCloseTo(1, 6);
      }),
    );
  });
});
