import { expect, test } from 'vitest';
import { addQuantizedMean } from './quantized-means.js';

/** Steps of a half, 0 as code 100. */
const scale = { scale: 0.5, zeroPoint: 100 };

test('the mean is that of the quantized values, texts counting by their tokens', () => {
  const mean = new Float64Array(2);
  // 0.6 → 0.5 and 1.3 → 1.5; 0.2 → 0 and -0.9 → -1
  addQuantizedMean(mean, Float32Array.of(0.6, 1.3, 0.2, -0.9), scale, 2 / 5);
  addQuantizedMean(mean, Float32Array.of(3, 0, 3, 0, 3, 0), scale, 3 / 5);
  expect(mean[0]).toBeCloseTo(0.4 * 0.25 + 0.6 * 3, 12);
  expect(mean[1]).toBeCloseTo(0.4 * 0.25, 12);
});

test('a text with one row for all its tokens counts as much as one with a row for each', () => {
  const [pooled, spread] = [new Float64Array(1), new Float64Array(1)];
  addQuantizedMean(pooled, Float32Array.of(2), scale, 1);
  addQuantizedMean(spread, new Float32Array(9).fill(2), scale, 1);
  expect(pooled[0]).toBeCloseTo(2, 12);
  expect(spread[0]).toBeCloseTo(2, 12);
});

test('what lies beyond the codes is cut, and ties go to the even code', () => {
  const mean = new Float64Array(4);
  addQuantizedMean(mean, Float32Array.of(1000, -1000, 0.25, 0.75), scale, 1);
  expect([...mean]).toEqual([(255 - 100) * 0.5, -50, 0, 1]);
});
