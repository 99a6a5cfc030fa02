import { expect, test } from 'vitest';
import { chooseGate } from './choose-gate.js';
import { gatePresets } from './gate-presets.js';

const own = { name: 'mine', limits: { cosineMean: 0.5 }, limitsWhereMeasured: {} };

test('a gate is that which was asked for, else the own one of the precision, else the preset', () => {
  expect(chooseGate('int8', { gate: own, presets: { int8: { ...own, name: 'changed' } } })).toBe(own);
  expect(chooseGate('int8', { presets: { int8: own } })).toBe(own);
  expect(chooseGate('int8', { presets: { fp16: own } })).toBe(gatePresets.int8);
  expect(chooseGate('int4', {})).toBe(gatePresets.int4);
});

test('limits of ones own take the place of those of the gate, and say so in its name', () => {
  const { name, limits } = chooseGate('int8', { limits: { cosineMean: 0.99, speedUp: 2 } });
  expect(name).toBe('int8 with own limits');
  expect(limits).toEqual({ ...gatePresets.int8.limits, cosineMean: 0.99, speedUp: 2 });
});

test('limits where measured replace what the gate asks for, and ask for nothing new', () => {
  const gate = chooseGate('int8', { limitsWhereMeasured: { cosineMean: 0.9, speedUp: 2 } });
  expect(gate.limits.cosineMean).toBe(0.9);
  expect(gate.limits).not.toHaveProperty('speedUp');
  expect(gate.limitsWhereMeasured).toMatchObject({ speedUp: 2, stsLoss: 0.01 });
});
