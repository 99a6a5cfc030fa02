import { describe, expect, test } from 'vitest';
import { randomNumbers } from './random.js';
import { shortNumbers, shortNumbersAsJson } from './short-numbers.js';

/** The fewest digits that give the same float32, found by trying all. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    if (Math.fround(Number(value.toPrecision(digits))) === value) {
      return Number(value.toPrecision(digits));
    }
  }
  return Number(value.toPrecision(9));
}

/** Every exponent with the mantissas at its ends, where the distance of two numbers changes; and numbers of vectors. */
function float32Values(): Float32Array {
  const edges = Array.from({ length: 255 }, (_, exponent) =>
    [0, 1, 2, 0x400000, 0x7ffffe, 0x7fffff].flatMap((mantissa) => [
      (exponent << 23) | mantissa,
      (1 << 31) | (exponent << 23) | mantissa,
    ]),
  ).flat();
  const random = randomNumbers(5);
  const ordinary = Float32Array.from({ length: 20_000 }, () => (random() - 0.5) * 0.3);
  const round = Float32Array.from({ length: 5000 }, () => Math.round(random() * 1e5) / 1e5);
  return Float32Array.of(...new Float32Array(Int32Array.from(edges).buffer), ...ordinary, ...round);
}

describe('the shortest numbers', () => {
  const values = float32Values();

  test('are the same as float32, with the fewest digits', () => {
    const numbers = shortNumbers(values);
    expect(Float32Array.from(numbers)).toEqual(values);
    expect(numbers).toEqual(Array.from(values, (value) => (value === 0 ? value : shortest(value))));
  });

  test('are written as JSON writes them', () => {
    expect(shortNumbersAsJson(values)).toBe(JSON.stringify(shortNumbers(values)));
    expect(shortNumbersAsJson(Float32Array.of(0.046834882348775864, -0.5, 1, 0, -0, 3e-7, 16777216))).toBe(
      '[0.046834882,-0.5,1,0,0,3e-7,16777216]',
    );
    expect(shortNumbersAsJson(Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY))).toBe('[null,null]');
    expect(shortNumbersAsJson(new Float32Array())).toBe('[]');
  });

  test.each([1, 3, 6, 9])('are rounded to %s digits where that is asked for', (digits) => {
    const expected = Array.from(values, (value) => Number(value.toPrecision(digits)));
    const found = shortNumbers(values, digits);
    // A tie may go either way: both are equally near.
    found.forEach((value, i) => {
      expect(Math.abs(value - values[i])).toBeLessThanOrEqual(Math.abs(expected[i] - values[i]) * (1 + 1e-9) + 1e-60);
    });
    expect(shortNumbersAsJson(values, digits)).toBe(JSON.stringify(found));
  });
});
