import { expect, test } from 'vitest';
import { sifWeights } from './sif-weights.js';

test('a / (a + p), p as 1/2 to 1/3 to 1/4', () => {
  const weights = sifWeights(3);
  [6 / 13, 4 / 13, 3 / 13].forEach((share, i) => {
    expect(weights[i]).toBeCloseTo(1e-4 / (1e-4 + share), 9);
  });
});

test('rare tokens count as much as they can, common ones hardly', () => {
  const weights = sifWeights(30_000);
  expect(weights[0]).toBeLessThan(0.003);
  expect(weights[29_999]).toBeGreaterThan(0.95);
  expect(weights.every((weight, i) => i === 0 || weight > weights[i - 1])).toBe(true);
});
