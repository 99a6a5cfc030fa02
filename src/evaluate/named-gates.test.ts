import { describe, expect, test } from 'vitest';
import { gatePresets } from './gate-presets.js';
import { configuredPresets, gateNamed } from './named-gates.js';

describe('gates of a configuration', () => {
  test('a preset is a preset', () => {
    expect(gateNamed('int8', {})).toBe(gatePresets.int8);
    expect(configuredPresets({ gates: { house: { cosineMean: 1 } } })).toEqual({});
  });

  test('a namesake changes the preset', () => {
    const configuration = { gates: { int8: { cosineMean: 0.98, speedUp: 2 } } };
    const { int8 } = configuredPresets(configuration);
    expect(int8).toEqual({
      name: 'int8',
      limits: { ...gatePresets.int8.limits, cosineMean: 0.98 },
      limitsWhereMeasured: { ...gatePresets.int8.limitsWhereMeasured, cosineMean: 0.98, speedUp: 2 },
    });
  });

  test('a gate is like another, over several steps', () => {
    const gates = { house: { like: 'base', cosineP1: 0.97 }, base: { like: 'fp16', cosineP1: 0.96, ndcgLoss: 0.01 } };
    const { name, limits, limitsWhereMeasured } = gateNamed('house', { gates });
    expect({ name, limits }).toEqual({ name: 'house', limits: { ...gatePresets.fp16.limits, cosineP1: 0.97 } });
    expect(limitsWhereMeasured).toMatchObject({ ndcgLoss: 0.01, stsLoss: 0.002 });
  });

  test('like nothing, it asks for soundness and its own limits alone', () => {
    const { limits, limitsWhereMeasured } = gateNamed('lax', { gates: { lax: { cosineMean: 0.5 } } });
    expect(limits).toEqual({ nonFinite: 0, lostLength: 0 });
    expect(limitsWhereMeasured).toEqual({ cosineMean: 0.5 });
  });

  test('names that nobody knows, and circles', () => {
    const gates = { a: { like: 'b' }, b: { like: 'a' }, c: { like: 'd' } };
    expect(() => gateNamed('d', { gates })).toThrow(
      '"d" is not a gate. Known: fp16, q8, int8, int4, strict, static, a, b, c.',
    );
    expect(() => gateNamed('c', { gates })).toThrow('"d" is not a gate');
    expect(() => gateNamed('a', { gates })).toThrow('the gates a → b → a are like each other');
  });
});
