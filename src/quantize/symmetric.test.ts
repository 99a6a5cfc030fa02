import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { transposeMatrix } from '../encoder/index.js';
import { roundHalfEven } from '../numbers/index.js';
import { quantizeRows } from './symmetric.js';

interface Golden {
  readonly rows: number;
  readonly columns: number;
  readonly weights: readonly number[];
  readonly values: readonly number[];
  readonly scales: readonly number[];
}

const golden: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL('../../test/golden/symmetric.golden.json', import.meta.url), 'utf8'),
);

describe('quantizeRows gives what onnxruntime.quantization gives', () => {
  test.each(Object.entries(golden))('%s', (name, { rows, columns, weights, values, scales }) => {
    // The reference has the scales of a weight's columns.
    const found = quantizeRows(transposeMatrix(Float32Array.from(weights), rows, columns), columns, rows);
    // A column of zeros has no scale of its own: any will do.
    const zeros = scales.map((_, column) => weights.every((w, i) => i % columns !== column || w === 0));
    expect([...found.scales].filter((_, i) => !zeros[i])).toEqual(scales.filter((_, i) => !zeros[i]));
    expect([...transposeMatrix(Float32Array.from(found.values), columns, rows)]).toEqual(values);
    expect(zeros.includes(true)).toBe(name === 'a column of zeros');
  });
});

const floats = fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 100), max: 2 ** 100 });
const matrices = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, columns]) =>
    fc
      .array(floats, { minLength: rows * columns, maxLength: rows * columns })
      .map((values) => ({ rows, columns, weights: Float32Array.from(values) })),
  );

describe('quantizeRows', () => {
  test('comes within half a step of every weight, and never to -128', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, weights }) => {
        const { values, scales } = quantizeRows(weights, rows, columns);
        for (const [i, weight] of weights.entries()) {
          const scale = scales[Math.floor(i / columns)];
          expect(scale).toBeGreaterThan(0);
          expect(values[i]).toBeGreaterThanOrEqual(-127);
          expect(Math.abs(values[i] * scale - weight)).toBeLessThanOrEqual(scale * 0.50001);
        }
      }),
    );
  });

  test('the largest weight of a row keeps its value', () => {
    const { data, rows, columns } = randomMatrix(8, 40, 3);
    const { values, scales } = quantizeRows(data, rows, columns);
    for (let row = 0; row < rows; row++) {
      const part = (numbers: Iterable<number>): number[] =>
        [...numbers].slice(row * columns, (row + 1) * columns).map(Math.abs);
      expect(Math.max(...part(values))).toBe(127);
      expect(127 * scales[row]).toBeCloseTo(Math.max(...part(data)), 6);
    }
  });

  test('numbers too small to have a scale become 0', () => {
    const { values, scales } = quantizeRows(Float32Array.of(1e-45, -1e-45, 1, 2), 2, 2);
    expect([...values]).toEqual([0, 0, 64, 127]);
    expect(scales[0]).toBeGreaterThan(0);
  });
});

describe('roundHalfEven', () => {
  test('rounds to the nearest, ties to even', () => {
    const ties = [-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5];
    expect(ties.map(roundHalfEven).map((value) => value + 0)).toEqual([-4, -2, -2, 0, 0, 2, 2, 4]);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), (value) => {
        const rounded = roundHalfEven(value);
        expect(Number.isInteger(rounded)).toBe(true);
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(0.5);
        expect(roundHalfEven(-value) + 0).toBe(-rounded + 0);
      }),
    );
  });
});
