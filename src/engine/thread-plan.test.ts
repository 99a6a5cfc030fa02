import { describe, expect, test } from 'vitest';
import { planThreads } from './thread-plan.js';

const budget = (threads: number) => ({ threads, reason: 'a test' });

describe('planThreads', () => {
  test.each([
    [1, 1, 1],
    [2, 2, 1],
    [4, 4, 1],
    [7, 7, 1],
    [8, 4, 2],
    [16, 8, 2],
    [64, 8, 8],
  ])('%i CPUs: %i workers of %i threads', (cpus, workers, threads) => {
    expect(planThreads(budget(cpus))).toEqual({ workers, threads, reason: 'a test' });
  });

  test('never has more threads than CPUs', () => {
    for (let cpus = 1; cpus <= 256; cpus++) {
      const { workers, threads } = planThreads(budget(cpus));
      expect(workers * threads).toBeLessThanOrEqual(cpus);
      expect(planThreads(budget(cpus), { workers: 3 }).threads * 3).toBeLessThanOrEqual(Math.max(3, cpus));
      expect(planThreads(budget(cpus), { threads: 2 }).workers * 2).toBeLessThanOrEqual(Math.max(2, cpus));
    }
  });

  test('takes what is asked for', () => {
    expect(planThreads(budget(2), { workers: 5, threads: 3 })).toEqual({
      workers: 5,
      threads: 3,
      reason: 'as asked for',
    });
    expect(planThreads(budget(8), { workers: 2 })).toMatchObject({ workers: 2, threads: 4 });
    expect(planThreads(budget(8), { threads: 4 })).toMatchObject({ workers: 2, threads: 4 });
  });

  test.each([0, -1, 1.5, Number.NaN, 5000])('refuses %s workers', (workers) => {
    expect(() => planThreads(budget(2), { workers })).toThrow(/must be from 1 to 1024/);
  });
});
