import { expect, test } from 'vitest';
import { randomNumbers } from '../numbers/index.js';
import { alongAxes, principalAxes } from './principal-axes.js';

const matrix = (columns: number, ...data: number[]) => ({
  data: Float32Array.from(data),
  rows: data.length / columns,
  columns,
});

test('points on a line have it as their first axis', () => {
  // On (10, 20) + t (3, 4).
  const points = matrix(2, 13, 24, 7, 16, 16, 28, 4, 12);
  const found = principalAxes(points, 1, true);
  expect([...found.mean]).toEqual([10, 20]);
  const sign = Math.sign(found.axes[0]);
  expect(sign * found.axes[0]).toBeCloseTo(0.6, 12);
  expect(sign * found.axes[1]).toBeCloseTo(0.8, 12);
  const turned = alongAxes(points, found);
  expect([turned.rows, turned.columns]).toEqual([4, 1]);
  [5, -5, 10, -10].forEach((distance, i) => {
    expect(sign * turned.data[i]).toBeCloseTo(distance, 5);
  });
});

test('without a centre, the mean is a direction as others are', () => {
  const { mean, axes } = principalAxes(matrix(2, 13, 24, 7, 16), 2, false);
  expect([...mean]).toEqual([0, 0]);
  expect(axes[0] / axes[1]).toBeCloseTo(10 / 20, 1);
  expect(axes[0] * axes[2] + axes[1] * axes[3]).toBeCloseTo(0, 12);
});

test('all axes turn vectors and keep their products; variances fall from axis to axis', () => {
  // More rows than are summed at once, and neither rows nor columns come in whole blocks.
  const random = randomNumbers(8);
  const [rows, columns] = [131, 7];
  const data = Float32Array.from({ length: rows * columns }, (_, i) => (1 + (i % columns)) * (random() - 0.3));
  const vectors = { data, rows, columns };
  const turned = alongAxes(vectors, principalAxes(vectors, columns, true)).data;
  const column = (c: number) => Array.from({ length: rows }, (_, row) => turned[row * columns + c]);
  const product = (a: number, b: number) => column(a).reduce((sum, value, i) => sum + value * column(b)[i], 0);
  for (let a = 0; a < columns; a++) {
    expect(column(a).reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 3);
    for (let b = 0; b < a; b++) {
      expect(Math.abs(product(a, b))).toBeLessThan(1e-3);
    }
    expect(product(a, a)).toBeLessThanOrEqual(product(Math.max(0, a - 1), Math.max(0, a - 1)));
  }
  const distance = (values: Float32Array) =>
    Math.hypot(...Array.from({ length: columns }, (_, c) => values[c] - values[5 * columns + c]));
  expect(distance(turned)).toBeCloseTo(distance(data), 4);
});
