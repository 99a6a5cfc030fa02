import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../../test/support/evidence.js';
import { gatePresets } from '../../evaluate/index.js';
import { tailMetrics, targetGate, usedAllowance } from './goal.js';

describe('targetGate', () => {
  test('without a wish: cosine p1 of 0.995, and smaller than the original', () => {
    expect(targetGate({}).limits).toEqual({ nonFinite: 0, lostLength: 0, sizeReduction: 1.3, cosineP1: 0.995 });
  });

  test('targets take the place of the default; all that are named hold', () => {
    const { limits } = targetGate({ targetOverlap: 0.97, maxLoss: 0.01 });
    expect(limits).toMatchObject({ topKOverlap: 0.97, cosineMean: 0.99 });
    expect(limits.cosineP1).toBeUndefined();
  });

  test('a gate is a goal; a target goes before it', () => {
    expect(targetGate({}, { gate: gatePresets.strict }).limits.cosineP1).toBe(0.999);
    expect(targetGate({}, { gate: gatePresets.strict }).name).toBe('strict');
    const both = targetGate({ targetCosineP1: 0.98 }, { gate: gatePresets.strict });
    expect(both.limits).toMatchObject({ cosineP1: 0.98, cosineMean: 0.9995 });
  });
});

describe('usedAllowance', () => {
  const measured = soundEvidence({ cosine: { mean: 0.99, p50: 0.99, p1: 0.98, min: 0.9 } });
  const gate = (limits: object) => ({ name: 'x', limits, limitsWhereMeasured: {} });

  test('is the largest share over all limits', () => {
    expect(usedAllowance(measured, gate({ cosineP1: 0.96 }))).toBeCloseTo(0.5, 9);
    expect(usedAllowance(measured, gate({ cosineP1: 0.96, cosineMean: 0.995 }))).toBeCloseTo(2, 9);
    expect(usedAllowance(measured, gate({ l2Mean: 0.24 }))).toBeCloseTo(0.5, 9);
    expect(usedAllowance(measured, gate({ cosineMean: 0.995, cosineP1: 0.96 }), tailMetrics)).toBeCloseTo(0.5, 9);
  });

  test('size is no loss, and what is no number is beyond every limit', () => {
    expect(usedAllowance(measured, gate({ sizeReduction: 100 }))).toBe(0);
    const broken = soundEvidence({ cosine: { mean: Number.NaN, p50: 0, p1: Number.NaN, min: 0 } });
    expect(usedAllowance(broken, gate({ cosineP1: 0.9 }))).toBe(Number.POSITIVE_INFINITY);
  });

  test('where nothing is allowed, less loss is still nearer', () => {
    const worse = soundEvidence({ cosine: { mean: 0.99, p50: 0.99, p1: 0.97, min: 0.9 } });
    const none = gate({ cosineP1: 1 });
    expect(usedAllowance(measured, none)).toBeLessThan(usedAllowance(worse, none));
    expect(usedAllowance(measured, none)).toBeGreaterThan(1);
  });
});
