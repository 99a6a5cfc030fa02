import { expect, test } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import { declaredSizes, emptyPast, isPastInput } from './past-inputs.js';

test.each([
  ['past_key_values.0.key', true],
  ['past_key_values.27.value', true],
  ['past_key_values.0.decoder.key', false],
  ['input_ids', false],
])('%s is an input for a past: %s', (name, expected) => {
  expect(isPastInput(name)).toBe(expected);
});

test('an empty past has heads and a width, and no tokens', () => {
  expect(emptyPast(['batch', 2, 'past', 64], 3)).toEqual([3, 2, 0, 64]);
  expect(emptyPast(['batch', 2, 'past', 'width'], 3)).toBeUndefined();
  expect(emptyPast(['batch', 2, 64], 3)).toBeUndefined();
  expect(emptyPast(undefined, 3)).toBeUndefined();
});

const past = { 'past_key_values.0.key': 'float[b,h,p,w]', 'past_key_values.0.value': 'float[b,h,p,w]' };
test('declared sizes are numbers and names', () => {
  const { proto } = smallModel({ inputs: past, outputs: {}, nodes: [] });
  expect(declaredSizes(proto.graph.input[0])).toEqual(['b', 'h', 'p', 'w']);
});
