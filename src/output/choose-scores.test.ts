import { describe, expect, test } from 'vitest';
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
  expect(chooseScores([hidden, output('x')], {}, 'm.onnx').pooled?.name).toBe('x');
});

test('of several, the one that is named', () => {
  expect(chooseScores([output('a'), output('b')], { output: 'b' }, 'm.onnx').pooled?.name).toBe('b');
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
  expect(() => chooseScores(offered, { output: name }, 'm.onnx')).toThrow(
    expect.objectContaining({ code: 'MODEL_OUTPUT', message: expect.stringContaining(offered[0].description) }),
  );
});

describe('the scores of classes', () => {
  const classes = (name: string, width?: number) => output(name, { width, description: `${name} [1,${width}]` });
  const chosen = (offered: OfferedOutput[], labels?: readonly string[], name?: string) => {
    const facts = { architectures: [], hasPooling: false, labels };
    return chooseScores(offered, { task: 'classify', output: name, facts }, 'm.onnx').pooled?.name;
  };

  test.each<[string, OfferedOutput[], string[] | undefined, string | undefined, string]>([
    ['as many as there are names', [classes('pooled', 64), classes('x', 3)], ['a', 'b', 'c'], undefined, 'x'],
    ['any number, where there are no names', [hidden, classes('x', 3)], undefined, undefined, 'x'],
    ['one', [classes('x', 1)], ['a'], undefined, 'x'],
    ['of several, those called logits', [classes('probs', 2), classes('logits', 2)], ['a', 'b'], undefined, 'logits'],
    ['or those that are asked for', [classes('probs', 2), classes('logits', 2)], ['a', 'b'], 'probs', 'probs'],
    ['whose number the file leaves open', [classes('logits')], ['a', 'b'], undefined, 'logits'],
  ])('%s', (_, offered, labels, name, expected) => {
    expect(chosen(offered, labels, name)).toBe(expected);
  });

  test.each<[string, OfferedOutput[], string[] | undefined]>([
    ['other numbers than there are names', [classes('logits', 3)], ['a', 'b']],
    ['several without a name that says which', [classes('x', 2), classes('y', 2)], undefined],
    ['hidden states', [hidden], undefined],
  ])('refused: %s', (_, offered, labels) => {
    expect(() => chosen(offered, labels)).toThrow(/scores of classes: for one text it gives/);
  });
});
