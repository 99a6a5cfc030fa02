import { describe, expect, test } from 'vitest';
import { rotationOf } from './rotation.js';

const close = (expected: readonly number[]) => expected.map((value) => expect.closeTo(value, 6));

describe('rotary frequencies', () => {
  test('fall from 1 by the base', () => {
    const { base, frequencies } = rotationOf({ base: 10_000 }, 8);
    expect(base).toBe(10_000);
    expect([...frequencies]).toEqual(close([1, 0.1, 0.01, 0.001]));
  });

  test('are divided by a factor for longer texts', () => {
    expect([...rotationOf({ base: 100, factor: 4 }, 4).frequencies]).toEqual(close([0.25, 0.025]));
  });

  test('with NTK have a larger base, and are all divided', () => {
    const { base, frequencies } = rotationOf({ base: 25, ntkFactor: 4 }, 4);
    // The factor to the power of 2 / width is 2.
    expect(base).toBe(100);
    expect([...frequencies]).toEqual(close([0.5, 0.05]));
  });

  test('of a factor of 1 are those without', () => {
    expect(rotationOf({ base: 500, factor: 1, ntkFactor: 1 }, 16)).toEqual(rotationOf({ base: 500 }, 16));
  });
});

test('frequencies fall from 1 to more than 1 / base, whatever the width', () => {
  for (const width of [2, 4, 64, 96, 256]) {
    for (const base of [100, 10_000, 1_000_000]) {
      const frequencies = [...rotationOf({ base }, width).frequencies];
      expect(frequencies).toHaveLength(width / 2);
      expect(frequencies[0]).toBe(1);
      expect(frequencies.every((one, i) => i === 0 || one < frequencies[i - 1])).toBe(true);
      expect(frequencies[width / 2 - 1]).toBeGreaterThan(0.99 / base);
    }
  }
});

test('a factor divides every frequency, and leaves the base', () => {
  const plain = rotationOf({ base: 10_000 }, 64);
  const scaled = rotationOf({ base: 10_000, factor: 8 }, 64);
  expect(scaled.base).toBe(plain.base);
  expect([...scaled.frequencies]).toEqual([...plain.frequencies].map((one) => one / 8));
});
