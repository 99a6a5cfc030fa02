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

test('one round is its own median, lowest and highest', () => {
  expect(spreadOf([7])).toEqual({ median: 7, low: 7, high: 7 });
});

test('values may come in any order, and are left in it', () => {
  const values = [30, 4, 100];
  expect(spreadOf(values)).toEqual({ median: 30, low: 4, high: 100 });
  expect(spreadOf([1, 4])).toEqual({ median: 2.5, low: 1, high: 4 });
  expect(values).toEqual([30, 4, 100]);
});

test('quantiles are of all calls, the spread is of the rounds', () => {
  const rounds = [Float64Array.of(3, 1, 2), Float64Array.of(10, 30, 20)];
  expect(latencyOf(rounds)).toMatchObject({ calls: 6, p50: 6.5, max: 30, rounds: { median: 11, low: 2, high: 20 } });
  expect([...rounds[0]]).toEqual([3, 1, 2]);
});

test('rounds of different lengths count call by call', () => {
  const { p50, calls } = latencyOf([Float64Array.of(100), Float64Array.from({ length: 99 }, () => 1)]);
  expect([p50, calls]).toEqual([1, 100]);
});

test('the hundredth is told from a hundred calls on', () => {
  const calls = (count: number) => [Float64Array.from({ length: count }, (_, i) => i)];
  expect(latencyOf(calls(99)).p99).toBeUndefined();
  expect(latencyOf(calls(101)).p99).toBe(99);
});

test('very many calls have room', () => {
  expect(latencyOf([new Float64Array(300_000).fill(2)])).toMatchObject({ calls: 300_000, p50: 2, max: 2 });
});
