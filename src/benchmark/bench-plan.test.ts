import { describe, expect, test } from 'vitest';
import { benchPlan, poolRounds, runsOf, secondsOf } from './bench-plan.js';
import type { Subject } from './subjects.js';

const subjects = (...limits: number[]) => limits.map((maxTokens) => ({ model: { maxTokens } }) as Subject);

describe('a benchmark is planned', () => {
  test.each([
    [[512], false, [16, 128]],
    [[512], true, [16, 64, 256]],
    [[512, 100], false, [16, 100]],
    [[100], true, [16, 64, 100]],
    [[8, 512], true, [8]],
    [[16], false, [16]],
  ])('for models of %j tokens, thorough: %s, with the lengths %j', (limits, thorough, lengths) => {
    expect(benchPlan(subjects(...limits), { thorough }).lengths).toEqual(lengths);
  });

  test('the mixed corpus has texts that all models can take', () => {
    for (const longest of [4, 32, 512]) {
      const { mixed } = benchPlan(subjects(512, longest), {});
      expect(mixed).toHaveLength(64);
      expect(Math.max(...mixed)).toBeLessThanOrEqual(Math.min(longest, 256));
      expect(Math.min(...mixed)).toBeGreaterThanOrEqual(Math.min(longest, 8));
    }
  });

  test('with pools where they are asked for, or where it is thorough', () => {
    expect(benchPlan(subjects(512), {}).pools).toEqual([]);
    expect(benchPlan(subjects(512), { thorough: true }).pools).toEqual([1, 2, 4]);
    expect(benchPlan(subjects(512), { thorough: true, pools: [] }).pools).toEqual([]);
    expect(benchPlan(subjects(512), { pools: [64, 1] }).pools).toEqual([64, 1]);
  });

  test.each([0, 65, -1, 1.5, Number.NaN])('no pool has %d workers', (workers) => {
    expect(() => benchPlan(subjects(512), { pools: [1, workers] })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(`A pool of ${workers} workers`) }),
    );
  });
});

describe('what a plan takes', () => {
  const plan = {
    ...{ lengths: [16, 128], texts: 32, mixed: [], starts: 2, rounds: 3, latencySeconds: 0.25, callSeconds: 0.5 },
    ...{ callTexts: [32], pools: [1, 2] },
  };

  test('in runs: starts, each round with one to warm up, and pools', () => {
    // In a round: for each length single texts and calls, and the mixed corpus.
    expect(runsOf({ ...plan, pools: [] }, 1)).toBe(2 + 4 * 5);
    expect(runsOf(plan, 1)).toBe(2 + 4 * 5 + 2 * 4);
    expect(runsOf(plan, 3)).toBe(3 * 30);
    expect(runsOf(plan, 0)).toBe(0);
  });

  test('in seconds', () => {
    // Two starts of a second, 1.5 to warm up, three rounds of 2 × 0.75 + 0.5.
    expect(secondsOf({ ...plan, pools: [] }, 1)).toBeCloseTo(2 + 1.5 + 3 * 2, 10);
    expect(secondsOf({ ...plan, pools: [] }, 2)).toBeCloseTo(19, 10);
    // Each pool: a start, and four times the mixed corpus.
    expect(secondsOf(plan, 1)).toBeCloseTo(9.5 + 2 * 3, 10);
  });

  test.each([
    [1, 1],
    [3, 3],
    [5, 3],
  ])('of %d rounds pools have %d', (rounds, expected) => {
    expect(poolRounds({ ...plan, rounds })).toBe(expected);
  });
});
