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

describe('limits of a goal', () => {
  const gate = { name: 'house', limits: { cosineP1: 0.9, sizeReduction: 3 }, limitsWhereMeasured: { ndcgLoss: 0.02 } };

  test('are those of the gate, then own ones, then targets, each over the one before', () => {
    expect(targetGate({}, { gate }).limits).toMatchObject({ cosineP1: 0.9, sizeReduction: 3, nonFinite: 0 });
    expect(targetGate({}, { gate, limits: { cosineP1: 0.95 } }).limits.cosineP1).toBe(0.95);
    const target = targetGate({ targetCosineP1: 0.99 }, { gate, limits: { cosineP1: 0.95, cosineMin: 0.5 } });
    expect(target.limits).toMatchObject({ cosineP1: 0.99, cosineMin: 0.5, sizeReduction: 3 });
    expect(target.name).toBe('target with own limits');
  });

  test('of where it is measured come along', () => {
    expect(targetGate({}, { gate }).limitsWhereMeasured).toEqual({ ndcgLoss: 0.02 });
    expect(targetGate({ maxLoss: 0 }).limitsWhereMeasured).toEqual({});
  });

  test('own limits take the place of the usual one', () => {
    expect(targetGate({}, { limits: { cosineP1: 0.8 } }).limits.cosineP1).toBe(0.8);
    expect(targetGate({}, { limits: { cosineMin: 0.8 } }).limits).toMatchObject({ cosineP1: 0.995, cosineMin: 0.8 });
  });

  test('no loss at all is a target, too', () => {
    expect(targetGate({ maxLoss: 0 }).limits.cosineMean).toBe(1);
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

  test('what was not measured is beyond a limit, unless it counts where it is measured alone', () => {
    const { tasks: _, ...untested } = measured;
    const asked = { name: 'x', limits: { ndcgLoss: 0.02 }, limitsWhereMeasured: {} };
    expect(usedAllowance(untested, asked)).toBe(Number.POSITIVE_INFINITY);
    expect(usedAllowance(untested, { ...asked, limits: {}, limitsWhereMeasured: { ndcgLoss: 0.02 } })).toBe(0);
    expect(usedAllowance(measured, { ...asked, limits: {}, limitsWhereMeasured: { ndcgLoss: 0.02 } })).toBeGreaterThan(
      0,
    );
  });

  test('a gate without limits uses nothing up', () => {
    expect(usedAllowance(measured, gate({}))).toBe(0);
  });

  test('where nothing is allowed, less loss is still nearer', () => {
    const worse = soundEvidence({ cosine: { mean: 0.99, p50: 0.99, p1: 0.97, min: 0.9 } });
    const none = gate({ cosineP1: 1 });
    expect(usedAllowance(measured, none)).toBeLessThan(usedAllowance(worse, none));
    expect(usedAllowance(measured, none)).toBeGreaterThan(1);
  });
});
