import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundHalfEven } from './round-half-even.js';

test('ties go to the even number, on both sides of 0', () => {
  expect([0.5, 1.5, 2.5, 3.5, 126.5, 127.5].map(roundHalfEven)).toEqual([0, 2, 2, 4, 126, 128]);
  expect([-0.5, -1.5, -2.5, -127.5].map((x) => roundHalfEven(x) + 0)).toEqual([0, -2, -2, -128]);
});

test('the double just below a half is not rounded up, as Math.round(x + 0.5) would', () => {
  expect(roundHalfEven(0.49999999999999994)).toBe(0);
  expect(roundHalfEven(0.5000000000000001)).toBe(1);
});

test('never further than a half away', () => {
  fc.assert(
    fc.property(fc.double({ min: -(2 ** 50), max: 2 ** 50, noNaN: true }), (x) => {
      const rounded = roundHalfEven(x);
      expect(Number.isInteger(rounded)).toBe(true);
      expect(Math.abs(rounded - x)).toBeLessThanOrEqual(0.5);
    }),
  );
});
