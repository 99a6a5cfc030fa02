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

test('no tokens have no weights, and one has that of a certain one', () => {
  expect(sifWeights(0)).toHaveLength(0);
  expect(sifWeights(1)[0]).toBeCloseTo(1e-4 / (1e-4 + 1), 9);
});

test('weights lie between 0 and 1 for the largest vocabularies', () => {
  const weights = sifWeights(500_000);
  expect(weights[0]).toBeGreaterThan(0);
  expect(weights[499_999]).toBeLessThan(1);
});
