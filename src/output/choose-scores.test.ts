import { expect, test } from 'vitest';
import { chooseScores } from './choose-scores.js';
import type { OfferedOutput } from './offered-output.js';

const output = (name: string, changes: Partial<OfferedOutput> = {}): OfferedOutput => ({
  ...{ name, isFloat: true, per: 'text', width: 1, description: `${name} float32 [1,1]` },
  ...changes,
});
const hidden = output('last_hidden_state', {
  per: 'token',
  width: 64,
  description: 'last_hidden_state float32 [1,2,64]',
});

test('the output with one number for a pair is taken, whatever its name', () => {
  expect(chooseScores([hidden, output('x')], undefined, 'm.onnx').pooled?.name).toBe('x');
});

test('of several, the one that is named', () => {
  expect(chooseScores([output('a'), output('b')], 'b', 'm.onnx').pooled?.name).toBe('b');
});

test.each<[string, OfferedOutput[], string | undefined]>([
  ['none', [hidden], undefined],
  ['several', [output('a'), output('b')], undefined],
  ['a name that is not there', [output('a')], 'b'],
  ['a name of something else', [hidden, output('a')], 'last_hidden_state'],
  ['two classes', [output('logits', { width: 2 })], undefined],
  ['a width that is not known', [output('logits', { width: undefined })], undefined],
  ['whole numbers', [output('labels', { isFloat: false })], undefined],
  ['a number for each token', [output('logits', { per: 'token' })], undefined],
])('refused: %s', (_, offered, name) => {
  expect(() => chooseScores(offered, name, 'm.onnx')).toThrow(
    expect.objectContaining({ code: 'MODEL_OUTPUT', message: expect.stringContaining(offered[0].description) }),
  );
});
