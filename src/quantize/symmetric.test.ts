import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { transposeMatrix } from './linear-layers.js';
import { quantizeColumns, quantizeRows, roundHalfEven } from './symmetric.js';

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

describe('quantizeColumns gives what onnxruntime.quantization gives', () => {
  test.each(Object.entries(golden))('%s', (name, { rows, columns, weights, values, scales }) => {
    const found = quantizeColumns(Float32Array.from(weights), rows, columns);
    // A column of zeros has no scale of its own: any will do.
    const zeros = scales.map((_, column) => weights.every((w, i) => i % columns !== column || w === 0));
    expect([...found.scales].filter((_, i) => !zeros[i])).toEqual(scales.filter((_, i) => !zeros[i]));
    expect([...found.values]).toEqual(values);
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

describe('quantizeRows and quantizeColumns', () => {
  test('come within half a step of every weight, and never to -128', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, weights }) => {
        const { values, scales } = quantizeColumns(weights, rows, columns);
        for (const [i, weight] of weights.entries()) {
          const scale = scales[i % columns];
          expect(scale).toBeGreaterThan(0);
          expect(values[i]).toBeGreaterThanOrEqual(-127);
          expect(Math.abs(values[i] * scale - weight)).toBeLessThanOrEqual(scale * 0.50001);
        }
      }),
    );
  });

  test('are the same but for the direction', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, weights }) => {
        const byColumn = quantizeColumns(weights, rows, columns);
        const byRow = quantizeRows(transposeMatrix(weights, rows, columns), columns, rows);
        expect(byRow.scales).toEqual(byColumn.scales);
        const turned = transposeMatrix(Float32Array.from(byRow.values), columns, rows);
        expect([...turned]).toEqual([...byColumn.values]);
      }),
    );
  });

  test('the largest weight of a channel keeps its value', () => {
    const { data, rows, columns } = randomMatrix(40, 8, 3);
    const { values, scales } = quantizeColumns(data, rows, columns);
    for (let column = 0; column < columns; column++) {
      const codes = Array.from({ length: rows }, (_, row) => Math.abs(values[row * columns + column]));
      const weights = Array.from({ length: rows }, (_, row) => Math.abs(data[row * columns + column]));
      expect(Math.max(...codes)).toBe(127);
      expect(127 * scales[column]).toBeCloseTo(Math.max(...weights), 6);
    }
  });

  test('numbers too small to have a scale become 0', () => {
    const { values, scales } = quantizeRows(Float32Array.of(1e-45, -1e-45, 1, 2), 2, 2);
    expect([...values]).toEqual([0, 0, 64, 127]);
    expect(scales[0]).toBeGreaterThan(0);
  });
});

describe('weights that matter by their inputs', () => {
  const rows = 64;
  const columns = 4;
  const weights = randomMatrix(rows, columns, 5).data;
  weights[0] = 20;
  const error = (found: ReturnType<typeof quantizeColumns>, importance: Float64Array): number =>
    weights.reduce((sum, weight, i) => {
      const difference = weight - found.values[i] * found.scales[i % columns];
      return sum + importance[Math.floor(i / columns)] * difference ** 2;
    }, 0);

  test('an outlier that meets small inputs is clipped for the others, and never makes it worse', () => {
    const importance = new Float64Array(rows).fill(1);
    importance[0] = 1e-6;
    const [plain, clipped] = [
      quantizeColumns(weights, rows, columns),
      quantizeColumns(weights, rows, columns, importance),
    ];
    expect(clipped.scales[0]).toBeLessThan(plain.scales[0]);
    expect(error(clipped, importance)).toBeLessThan(error(plain, importance) / 2);
    expect(clipped.values[0]).toBe(127);
  });

  test('an outlier that matters stays', () => {
    const importance = new Float64Array(rows).fill(1);
    importance[0] = 1e6;
    expect(quantizeColumns(weights, rows, columns, importance).scales[0]).toBe(
      quantizeColumns(weights, rows, columns).scales[0],
    );
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
