import { expect, test } from 'vitest';
import { chosenRows, evenlySpaced } from './evenly-spaced.js';

test('numbers are taken from all over, and never more than there are', () => {
  expect(evenlySpaced(10, 4)).toEqual([0, 2, 5, 7]);
  expect(evenlySpaced(3, 8)).toEqual([0, 1, 2]);
  expect(evenlySpaced(3)).toEqual([0, 1, 2]);
  expect(evenlySpaced(0, 4)).toEqual([]);
});

test('rows are copied in the order in which they are named', () => {
  const matrix = { data: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 3, columns: 2 };
  expect(chosenRows(matrix, [2, 0])).toEqual({ data: Float32Array.of(5, 6, 1, 2), rows: 2, columns: 2 });
});
