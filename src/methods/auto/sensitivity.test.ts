import { describe, expect, test } from 'vitest';
import { choicesOf } from './choices.js';
import { partSensitivities, type Seen } from './sensitivity.js';

const part = (id: string, role: 'q' | 'ffn-down') => ({ id, role, parameters: 100 });
const parts = [part('a', 'q'), part('b', 'q'), part('c', 'ffn-down'), part('d', 'ffn-down')];
const uniform = [
  { precision: 'int8', distance: 0.01 },
  { precision: 'fp16', distance: 4e-8 },
] as const;
const seen = (ids: string, distance: number): Seen => ({
  precision: 'int8',
  parts: parts.filter(({ id }) => ids.includes(id)),
  distance,
});

describe('what a part costs in quality', () => {
  const roles = [seen('ab', 0.002), seen('cd', 0.008)];
  const bands = [seen('c', 0.001), seen('d', 0.005)];
  const [a, b, c, d] = partSensitivities(parts, uniform, roles, bands);

  test('measured by itself: scaled so that the parts of a role add up to it', () => {
    expect(c.distance.int8).toBeCloseTo(0.008 / 6, 9);
    expect((c.distance.int8 ?? 0) + (d.distance.int8 ?? 0)).toBeCloseTo(0.008, 9);
    expect(c.measured).toEqual(['int8']);
  });

  test('not measured: an equal share of the role, or of the model', () => {
    expect([a.distance.int8, b.distance.int8]).toEqual([0.001, 0.001]);
    expect(a.distance.fp16).toBeCloseTo(1e-8, 15);
    expect(a.measured).toEqual([]);
  });

  test('a band shares what was seen of it', () => {
    const [, , first, second] = partSensitivities(parts, uniform, roles, [seen('cd', 0.008)]);
    expect([first.distance.int8, second.distance.int8]).toEqual([0.004, 0.004]);
  });

  test('noise does not scale without end', () => {
    const [, , first] = partSensitivities(parts, uniform, roles, [seen('c', 1e-5), seen('d', 1e-5)]);
    expect(first.distance.int8).toBeCloseTo(2e-5, 12);
  });
});

describe('choices', () => {
  const whole = (id: string, multiplications: number) => ({
    ...part(id, 'q'),
    multiplications,
    bytes: { q4: 50, int8: 100, q8: 110, fp16: 200, fp32: 400 },
  });
  const models = [whole('layer', 100), whole('table', 0)];
  const timed = [
    { precision: 'int8', bytes: 0, distance: 0, usedAllowance: 0, seconds: 1 },
    { precision: 'fp16', bytes: 0, distance: 0, usedAllowance: 0, seconds: 3 },
  ] as const;
  const sensitivities = models.map(({ id, role, parameters }) => ({
    id,
    role,
    parameters,
    measured: [],
    distance: { int8: 0.01, fp16: 1e-8 },
  }));

  test('by size cost is bytes; FP32 is always there and loses nothing', () => {
    const [layer] = choicesOf(models, { uniform: timed, parts: sensitivities }, 'size');
    expect(layer.choices).toEqual([
      { precision: 'fp32', cost: 400, loss: 0 },
      { precision: 'fp16', cost: 200, loss: 1e-8 },
      { precision: 'int8', cost: 100, loss: 0.01 },
    ]);
  });

  test('by speed cost is time, FP32 taking as long as FP16 storage; among equals the smaller is better', () => {
    const [layer, table] = choicesOf(models, { uniform: timed, parts: sensitivities }, 'speed');
    const costs = Object.fromEntries(layer.choices.map(({ precision, cost }) => [precision, cost]));
    expect(costs.int8).toBeLessThan(1e-6);
    expect(costs.fp16).toBeCloseTo(2, 6);
    expect(costs.fp32).toBeGreaterThan(costs.fp16);
    const free = Object.fromEntries(table.choices.map(({ precision, cost }) => [precision, cost]));
    expect(free.fp32).toBeLessThan(1e-6);
    expect(free.int8).toBeLessThan(free.fp16);
  });
});
