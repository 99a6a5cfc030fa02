import { expect, test } from 'vitest';
import { smallModel } from '../../../test/support/small-model.js';
import { makeNode } from '../../onnx/index.js';
import { pastSizes } from './past-sizes.js';

const past = { 'past_key_values.0.key': 'float[b,h,p,w]', 'past_key_values.0.value': 'float[b,h,p,w]' };
const heads = (num_heads: number, kv_num_heads: number) => ({
  domain: 'com.microsoft',
  attributes: { num_heads: { int: num_heads }, kv_num_heads: { int: kv_num_heads } },
});

test.each([
  ['groups', 'GroupQueryAttention', ['q', 'k', 'v'], [2, 16]],
  ['groups in one', 'GroupQueryAttention', ['packed', '', ''], [2, 16]],
  ['many heads', 'MultiHeadAttention', ['q', 'q', 'q', '', '', ''], [4, 16]],
])('sizes that a file leaves open follow from the attention of %s', (_, opType, inputs, expected) => {
  const node = makeNode(opType, [...inputs, ...Object.keys(past)], ['y'], heads(4, 2));
  const model = smallModel({
    inputs: { q: 'float[b,s,64]', k: 'float[b,s,32]', v: 'float[b,s,32]', packed: 'float[b,s,128]', ...past },
    outputs: { y: 'float' },
    nodes: [node],
  });
  const sizes = new Map(Object.keys(past).map((name) => [name, expected]));
  expect(pastSizes(model)).toEqual(sizes);
});

test('an operator that is not an attention says nothing', () => {
  const nodes = [makeNode('Concat', ['past_key_values.0.key', 'k'], ['y'])];
  expect(pastSizes(smallModel({ inputs: past, outputs: { y: 'float' }, nodes })).size).toBe(0);
});
