import { describe, expect, test } from 'vitest';
import { latencyOf, spreadOf } from './spread.js';

test('spreadOf', () => {
  expect(spreadOf([3, 1, 10, 2])).toEqual({ median: 2.5, low: 1, high: 10 });
  expect(spreadOf([4])).toEqual({ median: 4, low: 4, high: 4 });
});

describe('latencyOf', () => {
  const upTo = (n: number) => Float64Array.from({ length: n }, (_, i) => i + 1);

  test('quantiles over all rounds, the spread of the rounds', () => {
    const latency = latencyOf([upTo(101), Float64Array.from({ length: 101 }, (_, i) => 201 - i)]);
    expect(latency).toMatchObject({ calls: 202, max: 201, rounds: { median: 101, low: 51, high: 151 } });
    expect(latency.p50).toBe(101);
    expect(latency.p99).toBeCloseTo(199, 0);
  });

  test('there is no p99 of a few calls', () => {
    expect(latencyOf([upTo(99)]).p99).toBeUndefined();
    expect(latencyOf([upTo(60), upTo(60)]).p99).toBeCloseTo(60, 0);
  });
});
