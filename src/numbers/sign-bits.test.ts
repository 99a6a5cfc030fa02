import { expect, test } from 'vitest';
import { signBits } from './sign-bits.js';

test('bits are those of numpy.packbits(rows > 0, axis=1)', () => {
  const data = Float32Array.of(1, -1, 0, 2, -3, 4, 5, -6, 7, -1, -1, -1, -1, -1, -1, -1, 1, -1);
  expect([...signBits({ data, rows: 2, columns: 9 })]).toEqual([0b10010110, 0b10000000, 0b00000001, 0]);
});

test('what is not above 0 is 0: neither zero, nor NaN', () => {
  const data = Float32Array.of(0, -0, Number.NaN, Number.NEGATIVE_INFINITY, 1e-45, Number.POSITIVE_INFINITY, 0, 0);
  expect([...signBits({ data, rows: 1, columns: 8 })]).toEqual([0b00001100]);
});
