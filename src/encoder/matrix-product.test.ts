import { expect, test } from 'vitest';
import { type AttributeValue, makeNode } from '../onnx/index.js';
import { readProduct } from './matrix-product.js';

const gemm = (attributes: Readonly<Record<string, AttributeValue>>, inputs = ['x', 'w', 'b']) =>
  makeNode('Gemm', inputs, ['y'], { attributes });

test.each([
  ['a MatMul', makeNode('MatMul', ['x', 'w'], ['y']), { input: 'x', weight: 'w', transposed: false }],
  ['a Gemm', gemm({}), { input: 'x', weight: 'w', transposed: false, bias: 'b' }],
  ['a Gemm by a transposed matrix', gemm({ transB: { int: 1 } }), { transposed: true, bias: 'b' }],
  ['a Gemm whose bias is left out', gemm({}, ['x', 'w', '']), { bias: undefined }],
  ['a Gemm with a factor for a bias that it has not', gemm({ beta: { float: 2 } }, ['x', 'w']), { bias: undefined }],
])('%s is a product', (_, node, expected) => {
  expect(readProduct(node)).toMatchObject(expected);
});

test.each([
  ['nothing', undefined],
  ['another operator', makeNode('Add', ['x', 'w'], ['y'])],
  ['a MatMul of another domain', makeNode('MatMul', ['x', 'w'], ['y'], { domain: 'com.example' })],
  ['a Gemm of a transposed input', gemm({ transA: { int: 1 } })],
  ['a Gemm with a factor', gemm({ alpha: { float: 0.5 } })],
  ['a Gemm with a factor for its bias', gemm({ beta: { float: 2 } })],
])('%s is none', (_, node) => {
  expect(readProduct(node)).toBeUndefined();
});
