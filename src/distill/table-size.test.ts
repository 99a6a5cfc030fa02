import fc from 'fast-check';
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

describe('a table of a size', () => {
  const bytes = { fp32: 4, fp16: 2, int8: 1 } as const;
  const shapes = fc.record({
    tokens: fc.integer({ min: 1, max: 300_000 }),
    width: fc.integer({ min: 32, max: 1024 }),
    size: fc.integer({ min: 1, max: 400_000_000 }),
    precision: fc.constantFrom('fp32', 'fp16', 'int8', undefined),
  });
  const taken = (tokens: number, { dimensions, precision }: ReturnType<typeof tableShape>) =>
    tokens * (dimensions * bytes[precision] + (precision === 'int8' ? 4 : 0));

  test('keeps to it, or is refused with a size that would do', () => {
    fc.assert(
      fc.property(shapes, ({ tokens, width, size, precision }) => {
        try {
          const shape = tableShape(tokens, width, { size, precision });
          expect(taken(tokens, shape)).toBeLessThanOrEqual(size);
          expect(shape.dimensions).toBeLessThanOrEqual(Math.min(width, 256));
          expect(shape.dimensions).toBeGreaterThanOrEqual(32);
          expect(precision === undefined || shape.precision === precision).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'USAGE' });
          const least =
            tokens * (32 * bytes[precision ?? 'int8'] + (precision === undefined || precision === 'int8' ? 4 : 0));
          expect(size).toBeLessThan(least);
          expect(tableShape(tokens, width, { size: least, precision }).dimensions).toBe(32);
        }
      }),
    );
  });

  test('of fewer dimensions than usual is refused with the size that these take', () => {
    // 1,000 rows of 16 bytes and a scale of 4.
    expect(tableShape(1000, 384, { dimensions: 16, size: 20_000 })).toEqual({ dimensions: 16, precision: 'int8' });
    expect(() => tableShape(1000, 384, { dimensions: 16, size: 19_999 })).toThrow(/Allow 20\.0 kB at least/);
    expect(() => tableShape(1000, 24, { size: 27_999 })).toThrow(/Allow 28\.0 kB at least/);
  });

  test('gets no shorter rows for more room', () => {
    fc.assert(
      fc.property(shapes, fc.nat({ max: 10_000_000 }), ({ tokens, width, size, precision }, more) => {
        const dimensionsFor = (room: number) => {
          try {
            return tableShape(tokens, width, { size: room, precision }).dimensions;
          } catch {
            return 0;
          }
        };
        expect(dimensionsFor(size + more)).toBeGreaterThanOrEqual(dimensionsFor(size));
      }),
    );
  });
});
