import { expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { type Evidence, gatePresets, judge } from '../evaluate/index.js';
import { headlineOf } from './headline.js';

function variant(name: string, textsPerSecond: number | undefined, gate: keyof typeof gatePresets): Evidence {
  const { file, ...rest } = soundEvidence();
  const evidence = { ...rest, file: { ...file, name: `${name}.onnx` }, run: { textsPerSecond } };
  return { ...evidence, verdict: judge(evidence, gatePresets[gate]) };
}

test('the fastest of those that passed speaks for all', () => {
  const all = [variant('slow', 100, 'int8'), variant('fast', 200, 'int8'), variant('refused', 900, 'strict')];
  const { sentence, explanation, tally, good } = headlineOf(all, []);
  expect(sentence).toMatch(/^fast is 74 % smaller than the original and 1\.7 times as fast;/);
  expect(explanation).toBe('It is the fastest of the 2 variants that are close enough to the original.');
  expect([tally, good]).toEqual(['2 of 3 variants pass', true]);
});

test('without speeds it is the smallest', () => {
  const all = [variant('a', undefined, 'int8'), variant('b', undefined, 'int8')];
  expect(headlineOf(all, []).explanation).toContain('It is the smallest of the 2 variants');
});

test('where none passed, none is praised', () => {
  const refused = variant('a', 100, 'strict');
  expect(headlineOf([refused, refused], [])).toMatchObject({
    sentence: 'None of the 2 variants is close enough to the original.',
    good: false,
  });
  expect(headlineOf([refused], []).sentence).toBe('a does not pass the quality gate "strict".');
  expect(headlineOf([], [{ name: 'x.onnx', why: 'cut off' }]).sentence).toBe('x.onnx could not be measured.');
});
