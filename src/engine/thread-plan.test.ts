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

describe('odd budgets', () => {
  test.each([0, 0.1, 0.5, 1.9])('%s CPUs: one worker of one thread', (cpus) => {
    expect(planThreads(budget(cpus))).toMatchObject({ workers: 1, threads: 1 });
    expect(planThreads(budget(cpus), { workers: 4 })).toMatchObject({ workers: 4, threads: 1 });
    expect(planThreads(budget(cpus), { threads: 4 })).toMatchObject({ workers: 1, threads: 4 });
  });

  test('more workers than are worth their memory are made when they are asked for, and never else', () => {
    expect(planThreads(budget(1024)).workers).toBe(8);
    expect(planThreads(budget(1024), { threads: 1 }).workers).toBe(8);
    expect(planThreads(budget(1024), { workers: 100 })).toMatchObject({ workers: 100, threads: 10 });
  });

  test.each([
    [{ threads: 0 }, 'threads'],
    [{ threads: 1025 }, 'threads'],
    [{ workers: 2, threads: Number.POSITIVE_INFINITY }, 'threads'],
  ])('%j are refused by their name', (options, name) => {
    expect(() => planThreads(budget(2), options)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(`number of ${name}`) }),
    );
  });
});
