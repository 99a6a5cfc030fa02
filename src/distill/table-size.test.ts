import { describe, expect, test } from 'vitest';
import { tableShape } from './table-size.js';

describe('tableShape', () => {
  test.each([
    [30_000, 384, {}, { dimensions: 256, precision: 'fp16' }],
    [30_000, 128, {}, { dimensions: 128, precision: 'fp16' }],
    [30_000, 384, { size: 16e6 }, { dimensions: 256, precision: 'fp16' }],
    [30_000, 384, { size: 8e6 }, { dimensions: 256, precision: 'int8' }],
    [30_000, 384, { size: 8e6, precision: 'fp16' }, { dimensions: 128, precision: 'fp16' }],
    [250_000, 384, { size: 16e6 }, { dimensions: 56, precision: 'int8' }],
    [30_000, 384, { precision: 'fp32', dimensions: 100 }, { dimensions: 100, precision: 'fp32' }],
  ] as const)('%i tokens of %i numbers, %j', (tokens, width, asked, expected) => {
    expect(tableShape(tokens, width, asked)).toEqual(expected);
  });

  test.each([
    [{ dimensions: 385 }, /have 384/],
    [{ size: 1000 }, /Allow 1.08 MB at least/],
    [{ size: 0 }, /vectors of 0 numbers/],
  ])('refuses %j', (asked, message) => {
    expect(() => tableShape(30_000, 384, asked)).toThrow(message);
  });
});
