import { describe, expect, test } from 'vitest';
import { judge } from './gate.js';
import { measureRanking } from './ranking-fidelity.js';
import { rankingGates } from './ranking-gates.js';

const rows = (...values: readonly (readonly number[])[]) => values.map((row) => Float32Array.from(row));
const original = rows([3, 2, 1, 0], [0, 5, 1, 2]);

describe('measureRanking', () => {
  test('finds nothing to complain of in the same scores', () => {
    expect(measureRanking(original, original)).toEqual({
      ...{ queries: 2, pairs: 8, k: 3, topOneAgreement: 1, topKOverlap: 1, nonFinite: 0 },
      spearman: { mean: expect.closeTo(1, 10), min: expect.closeTo(1, 10) },
      scoreError: { mean: 0, max: 0 },
    });
  });

  test('takes more pairs than a function takes arguments', () => {
    const scores = Float32Array.from({ length: 150_000 }, (_, i) => i);
    const off = scores.map((score) => (score === 0 ? 1 : score));
    const { pairs, scoreError } = measureRanking([scores], [off]);
    expect(pairs).toBe(150_000);
    // The sigmoid of 1, less that of 0.
    expect(scoreError.max).toBeCloseTo(0.231059, 6);
  });

  test('says that a candidate that gives no number is not faithful', () => {
    const { spearman, scoreError, nonFinite } = measureRanking(original, rows([3, Number.NaN, 1, 0], [0, 5, 1, 2]));
    expect([spearman.min, spearman.mean, scoreError.max, scoreError.mean]).toEqual(Array(4).fill(Number.NaN));
    expect(nonFinite).toBe(1);
  });

  test('counts what changes places, by query', () => {
    // The second query has its two best texts swapped, and the last two.
    const { spearman, topOneAgreement, topKOverlap, scoreError } = measureRanking(
      original,
      rows([3, 2, 1, 0], [1, 2, 0, 5]),
    );
    expect(spearman.min).toBeCloseTo(1 - (6 * 4) / (4 * 15), 10);
    expect(spearman.mean).toBeCloseTo((1 + spearman.min) / 2, 10);
    expect(topOneAgreement).toBe(0.5);
    expect(topKOverlap).toBeCloseTo((1 + 2 / 3) / 2, 10);
    expect(scoreError.max).toBeCloseTo(1 / (1 + Math.exp(-1)) - 0.5, 6);
  });

  test('scores that are not numbers never pass a gate', () => {
    const ranking = measureRanking(original, rows([3, 2, 1, Number.NaN], [0, 5, 1, 2]));
    expect(ranking.nonFinite).toBe(1);
    const file = { bytes: 1 };
    const verdict = judge({ ranking, file, original: { bytes: 2 } }, rankingGates.int4);
    expect(verdict.failures.map(({ metric }) => metric)).toEqual(['nonFinite', 'rankSpearman', 'scoreError']);
  });

  test('refuses what cannot tell models apart', () => {
    expect(() => measureRanking(rows([1, 1, 1]), rows([1, 2, 3]))).toThrow(/same score/);
    expect(() => measureRanking(rows([1]), rows([1]))).toThrow(/only one/);
  });
});
