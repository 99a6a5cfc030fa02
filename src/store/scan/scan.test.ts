import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../../test/support/random-matrix.js';
import { type Matrix, rowOf, signBits } from '../../numbers/index.js';
import { int8Rows } from './codes.js';
import { scanRows } from './scan.js';
import { scanPlainly } from './scan-plain.js';
import type { ScanRows } from './scan-request.js';

const columns = 20;
const matrix = unit(randomMatrix(500, columns, 1));
const query = unit(randomMatrix(1, columns, 2)).data;
const cosines = Array.from({ length: matrix.rows }, (_, row) => dot(rowOf(matrix, row), query));
const best = (count: number) => [...cosines.keys()].sort((a, b) => cosines[b] - cosines[a]).slice(0, count);

function unit({ data, rows, columns }: Matrix): Matrix {
  const scaled = Float32Array.from(data, (value, i) => {
    const row = data.subarray(Math.floor(i / columns) * columns, (Math.floor(i / columns) + 1) * columns);
    return value / Math.sqrt(dot(row, row));
  });
  return { data: scaled, rows, columns };
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

const float32: ScanRows = { kind: 'float32', data: matrix.data, columns };

describe.each([
  ['in C++, where it is built', scanRows],
  ['in TypeScript', scanPlainly],
])('%s', (_, scan) => {
  test('finds the best rows, in the order of rows, with their cosines', async () => {
    const { rows, scores } = await scan(float32, { kind: 'float32', data: query }, { top: 10, margin: 0 });
    expect([...rows]).toEqual(best(10).sort((a, b) => a - b));
    expect(scores[0]).toBeCloseTo(cosines[rows[0]], 5);
  });

  test('brings along what is within the margin', async () => {
    const least = cosines[best(10)[9]] - 0.1;
    const { rows } = await scan(float32, { kind: 'float32', data: query }, { top: 10, margin: 0.1 });
    expect([...rows]).toEqual([...cosines.keys()].filter((row) => cosines[row] >= least));
  });

  test('looks at allowed rows only, be they fewer than are wanted', async () => {
    const allowed = Uint8Array.from(cosines, (_, row) => (row % 100 === 7 ? 1 : 0));
    const { rows } = await scan(float32, { kind: 'float32', data: query }, { top: 10, margin: 0, allowed });
    expect([...rows]).toEqual([7, 107, 207, 307, 407]);
  });

  test('bytes are off by no more than they say', async () => {
    const { codes, scales, error } = int8Rows(matrix);
    const own = int8Rows({ data: query, rows: 1, columns });
    const bound = error + own.error * (1 + error);
    const form = { kind: 'int8', data: own.codes, scale: own.scales[0] } as const;
    const all = await scan({ kind: 'int8', data: codes, scales, columns }, form, { top: 500, margin: 0 });
    expect(bound).toBeLessThan(0.03);
    for (const [i, row] of all.rows.entries()) {
      expect(Math.abs(all.scores[i] - cosines[row])).toBeLessThanOrEqual(bound);
    }
    const { rows } = await scan({ kind: 'int8', data: codes, scales, columns }, form, { top: 10, margin: 2 * bound });
    expect([...rows]).toEqual(expect.arrayContaining(best(10)));
    expect(rows.length).toBeLessThan(100);
  });

  test('a vector without length has codes without length', () => {
    expect(int8Rows({ data: new Float32Array(4), rows: 1, columns: 4 })).toEqual({
      codes: new Int8Array(4),
      scales: new Float32Array(1),
      error: 0,
    });
  });

  test('bits are compared by the signs that differ', async () => {
    const data = signBits({ data: Float32Array.of(1, -1, 1, 1, 1, 1, 1, 1, 1, 1), rows: 1, columns: 10 });
    const other = signBits({ data: Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, -1), rows: 1, columns: 10 });
    expect([...data]).toEqual([0b10111111, 0b11000000]);
    const { scores } = await scan(
      { kind: 'binary', data, columns: 10 },
      { kind: 'binary', data: other },
      { top: 1, margin: 0 },
    );
    expect(scores[0]).toBeCloseTo(1 - 4 / 10);
  });
});
