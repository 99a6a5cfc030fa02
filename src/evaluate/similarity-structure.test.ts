import { expect, test } from 'vitest';
import { mean } from '../numbers/index.js';
import { rankedPairLimit, similarityStructure } from './similarity-structure.js';

const cosines = (x: readonly number[], y: readonly number[]) => ({
  original: { data: Float32Array.from(x), rows: x.length / 2, columns: 2 },
  candidate: { data: Float32Array.from(y), rows: y.length / 2, columns: 2 },
});

test('errors, ranks and neighbours are those of the pairs, by hand', async () => {
  // Directions of 0°, 60° and 90°: cosines 1/2, 0 and √3/2. The candidate turns the second text to 30°.
  const s = Math.sqrt(3) / 2;
  const { original, candidate } = cosines([1, 0, 0.5, s, 0, 2], [1, 0, s, 0.5, 0, 2]);
  const found = await similarityStructure(original, candidate, 1);
  expect(found.pairs).toBe(3);
  expect(found.meanAbsoluteError).toBeCloseTo((2 * (s - 0.5)) / 3, 6);
  expect(found.bias).toBeCloseTo(0, 6);
  // Ranks 2, 1, 3 against 3, 1, 2: 1 − 6 · 2 / (3 · 8)
  expect(found.spearman).toBeCloseTo(0.5, 12);
  expect([...found.original.indices]).toEqual([1, 2, 1]);
  expect([...found.candidate.indices]).toEqual([1, 0, 1]);
});

test('of very many pairs, those that are ranked are of all texts, whatever the tiles', async () => {
  // Every second text has no length: a quarter of all pairs, and no more, has a cosine of 1.
  const rows = 1024;
  const matrix = { data: Float32Array.from({ length: rows }, (_, i) => 1 - (i % 2)), rows, columns: 1 };
  const { pairs, rankedPairs, rankedSimilarities } = await similarityStructure(matrix, matrix, 1);
  expect(pairs).toBeGreaterThan(rankedPairLimit);
  expect(rankedPairs).toBeLessThanOrEqual(rankedPairLimit);
  expect(rankedSimilarities.original).toHaveLength(rankedPairs);
  expect(mean(rankedSimilarities.original)).toBeCloseTo(0.25, 2);
});
