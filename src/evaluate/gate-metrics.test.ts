import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import type { TaskComparison } from '../tasks/index.js';
import { type GateMetric, gateMetrics, sizeReduction } from './gate-metrics.js';

const ndcgLoss: GateMetric = gateMetrics.ndcgLoss;
const lossesOf = (...of: Parameters<GateMetric['of']>) => ndcgLoss.losses?.(...of) ?? [];

const retrieval = (task: string, original: number, candidate: number): TaskComparison => ({
  task,
  kind: 'retrieval',
  metric: 'ndcg@10',
  main: true,
  original,
  candidate,
  difference: candidate - original,
  interval: [candidate - original - 0.1, candidate - original + 0.05],
  finding: 'within noise',
});

describe('losses of tasks', () => {
  const evidence = (...tasks: TaskComparison[]) => soundEvidence({}, { tasks });

  test('are shares of the original in retrieval, the largest of several counts', () => {
    const measured = evidence(retrieval('a', 0.5, 0.45), retrieval('b', 0.8, 0.78));
    expect(gateMetrics.ndcgLoss.of(measured)).toBeCloseTo(0.1, 12);
    expect(lossesOf(measured).map(({ task }) => task)).toEqual(['a', 'b']);
    expect(gateMetrics.mrrLoss.of(measured)).toBeUndefined();
  });

  test('have an interval from the least to the greatest loss, in the unit of the loss', () => {
    const [{ loss, interval, withinNoise }] = lossesOf(evidence(retrieval('a', 0.5, 0.45)));
    expect(loss).toBeCloseTo(0.1, 12);
    expect(interval?.[0]).toBeCloseTo(0, 12);
    expect(interval?.[1]).toBeCloseTo(0.3, 12);
    expect(withinNoise).toBe(true);
  });

  test('are nothing where neither side finds anything, and hide no other loss', () => {
    const nothing = { ...retrieval('hard', 0, 0), interval: [0, 0] as const };
    expect(lossesOf(evidence(nothing))).toEqual([{ task: 'hard', loss: 0, interval: [0, 0], withinNoise: true }]);
    expect(gateMetrics.ndcgLoss.of(evidence(nothing, retrieval('a', 0.5, 0.45)))).toBeCloseTo(0.1, 12);
    // More than nothing is no loss, however much more.
    expect(gateMetrics.ndcgLoss.of(evidence(retrieval('b', 0, 0.1)))).toBe(Number.NEGATIVE_INFINITY);
  });

  test('are negative where the candidate is better', () => {
    expect(gateMetrics.ndcgLoss.of(evidence(retrieval('a', 0.5, 0.6)))).toBeCloseTo(-0.2, 12);
  });

  test('that are no number count, and are never noise', () => {
    const measured = evidence(retrieval('a', 0.5, 0.4), retrieval('b', 0.5, Number.NaN));
    expect(gateMetrics.ndcgLoss.of(measured)).toBeNaN();
    expect(lossesOf(measured).map(({ withinNoise }) => withinNoise)).toEqual([true, false]);
  });
});

describe('figures of files', () => {
  test('size counts from FP32, also where the original is stored shorter', () => {
    expect(sizeReduction({ file: { bytes: 25 }, original: { bytes: 50 } })).toBe(2);
    expect(sizeReduction({ file: { bytes: 25 }, original: { bytes: 50, fp32Bytes: 100 } })).toBe(4);
  });

  test('speed is that beside the original, and unknown where either was not measured', () => {
    const runs = (own?: number, original?: number) =>
      soundEvidence({}, { run: { textsPerSecond: own }, originalRun: { textsPerSecond: original } });
    expect(gateMetrics.speedUp.of(runs(300, 100))).toBe(3);
    expect(gateMetrics.speedUp.of(runs(300))).toBeUndefined();
    expect(gateMetrics.speedUp.of(runs(undefined, 100))).toBeUndefined();
  });

  test('vectors that lost their length are those beyond what the original gives without one', () => {
    const zeros = (original: number, candidate: number) => soundEvidence({ zero: { original, candidate } });
    expect([zeros(1, 3), zeros(3, 1), zeros(2, 2)].map(gateMetrics.lostLength.of)).toEqual([2, 0, 0]);
  });
});
