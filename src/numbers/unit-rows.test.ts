import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { rowOf } from './matrix.js';
import { similarityTile, tileRows, unitRows } from './unit-rows.js';
import { cosine } from './vectors.js';

test('a tile holds the cosines of its rows, and 0 beyond the last row', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (rows, columns, seed) => {
      const matrix = randomMatrix(rows, columns, seed);
      const units = unitRows(matrix);
      const tile = new Float64Array(tileRows * tileRows);
      const left = Math.floor((rows - 1) / tileRows) * tileRows;
      similarityTile(units, 0, units, left, tile);
      for (let i = 0; i < tileRows; i++) {
        for (let j = 0; j < tileRows; j++) {
          const expected = i < rows && left + j < rows ? cosine(rowOf(matrix, i), rowOf(matrix, left + j)) : 0;
          expect(tile[i * tileRows + j]).toBeCloseTo(expected, 12);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('rows of any size come to length 1, empty ones stay empty', () => {
  const units = unitRows({ data: Float32Array.of(3e30, 4e30, 3e-30, 4e-30, 0, 0), rows: 3, columns: 2 });
  expect(units.data[0]).toBeCloseTo(0.6, 6);
  expect(units.data[3]).toBeCloseTo(0.8, 6);
  expect([units.data[4], units.data[5]]).toEqual([0, 0]);
});
