import { expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { gatePresets } from '../evaluate/index.js';
import { alternativeGate, fileGate, judged } from './verdict.js';

const { verdict: _, ...measured } = soundEvidence();
const native = { ...measured, engine: { ...measured.engine, name: 'native' } };

test('a file is judged by the gate of its precision, and in the native engine by that of INT8', () => {
  expect(fileGate({ usualGate: 'fp16' }, measured, {})).toBe(gatePresets.fp16);
  expect(fileGate({ usualGate: 'fp16' }, native, {})).toBe(gatePresets.int8);
  expect(fileGate({ usualGate: 'fp16' }, native, { gate: gatePresets.strict })).toBe(gatePresets.strict);
});

test("presets of a configuration take the place of octavec's, limits that of theirs", () => {
  const int8 = { ...gatePresets.int8, limits: { cosineMean: 0.5 } };
  expect(fileGate({ usualGate: 'fp16' }, native, { presets: { int8 } })).toBe(int8);
  const { limits } = fileGate({ usualGate: 'fp16' }, native, { presets: { int8 }, limits: { cosineP1: 0.4 } });
  expect(limits).toEqual({ cosineMean: 0.5, cosineP1: 0.4 });
});

test("the original's own file need not be smaller, unless that is asked for", () => {
  const own = { ...native, file: { ...native.file, ...native.original } };
  expect(fileGate({ usualGate: 'fp16' }, own, {}).limits).not.toHaveProperty('sizeReduction');
  expect(judged(own, fileGate({ usualGate: 'fp16' }, own, {})).verdict).toMatchObject({ passed: true, failures: [] });
  const asked = fileGate({ usualGate: 'fp16' }, own, { limits: { sizeReduction: 2 } });
  expect(judged(own, asked).verdict?.failures).toMatchObject([{ metric: 'sizeReduction', figure: 1 }]);
});

test('a static model is judged by limits of tasks; a chosen gate, without what compares vectors', () => {
  expect(alternativeGate('static', {})).toEqual(gatePresets.static);
  const chosen = alternativeGate('static', { gate: gatePresets.int8 });
  expect(chosen?.limits).toEqual({ nonFinite: 0, lostLength: 0, topKOverlap: 0.85, sizeReduction: 1.3 });
});

test('another encoder is judged by a chosen gate only', () => {
  expect(alternativeGate('encoder', {})).toBeUndefined();
  expect(alternativeGate('encoder', { limits: { ndcgLoss: 0.1 } })?.limits).toMatchObject({ ndcgLoss: 0.1 });
});
