import { expect, test } from 'vitest';
import { PoolGrowth } from './pool-growth.js';

const little = { alive: 1, waitingTokens: 100, oldestAgeMs: 0 };
const much = { ...little, waitingTokens: 5000 };

test('another worker is due when much waits, or when something has waited for long', () => {
  const growth = new PoolGrowth(1024);
  expect(growth.dueInMs(much)).toBe(0);
  expect(growth.dueInMs(little)).toBe(50);
  expect(growth.dueInMs({ ...little, oldestAgeMs: 30 })).toBe(20);
  expect(growth.dueInMs({ ...little, oldestAgeMs: 80 })).toBe(0);
  expect(growth.dueInMs({ ...little, alive: 0 })).toBe(0);
});

test('after a failure it pauses, longer every time, but never forever', () => {
  const growth = new PoolGrowth(1024);
  const pauses = Array.from({ length: 8 }, () => {
    growth.failed(500);
    return growth.dueInMs(much, 500);
  });
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect(growth.dueInMs(much, 60_500)).toBe(0);
  growth.started();
  growth.failed(0);
  expect(growth.dueInMs(much, 0)).toBe(1000);
  // A pool without any worker does not wait.
  expect(growth.dueInMs({ ...much, alive: 0 }, 0)).toBe(0);
});

test('a pool without a worker gives up after some failures, and begins anew', () => {
  const growth = new PoolGrowth(1024);
  const seen = Array.from({ length: 5 }, () => {
    growth.failed();
    return growth.isHopeless;
  });
  expect(seen).toEqual([false, false, false, false, true]);
  growth.giveUp();
  expect(growth.isHopeless).toBe(false);
});
