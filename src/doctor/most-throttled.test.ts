import { expect, test } from 'vitest';
import { mostThrottled } from './speed-probe.js';

const account = (periods: number, throttledPeriods: number, throttledSeconds: number) => ({
  ...{ periods, throttledPeriods, throttledSeconds },
});

test('what was throttled before the measurement does not count', () => {
  const before = new Map([
    ['own', account(100, 100, 50)],
    ['parent', account(10, 0, 0)],
  ]);
  const after = new Map([
    ['own', account(115, 101, 50.1)],
    ['parent', account(25, 12, 0.7)],
  ]);
  expect(mostThrottled(before, after)).toEqual({
    ...{ source: 'parent', periods: 15, throttledPeriods: 12, throttledSeconds: 0.7 },
  });
});

test('a group that came meanwhile counts from nothing, and one that went does not count', () => {
  const gone = new Map([['gone', account(9, 9, 9)]]);
  const come = new Map([['come', account(2, 1, 0.5)]]);
  expect(mostThrottled(gone, come)).toEqual({ source: 'come', ...account(2, 1, 0.5) });
  expect(mostThrottled(gone, new Map())).toBeUndefined();
  expect(mostThrottled(new Map(), new Map())).toBeUndefined();
});

test('of groups that were not throttled the first is named', () => {
  const accounts = new Map([
    ['own', account(5, 0, 0)],
    ['parent', account(5, 0, 0)],
  ]);
  expect(mostThrottled(new Map(), accounts)?.source).toBe('own');
});
