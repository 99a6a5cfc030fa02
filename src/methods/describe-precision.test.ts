import { describe, expect, test } from 'vitest';
import { floats, ifNode, smallGraph, smallModel } from '../../test/support/small-model.js';
import { type AttributeValue, dataType, makeNode, makeTensor, type NodeProto, type OnnxModel } from '../onnx/index.js';
import { makeRecipe, withRecipe } from '../quantize/index.js';
import { describePrecision } from './describe-precision.js';

const microsoft = (opType: string, attributes: Readonly<Record<string, AttributeValue>> = {}): NodeProto =>
  makeNode(opType, ['x', 'w'], ['y'], { domain: 'com.microsoft', attributes });
const modelOf = (node: NodeProto, type: number = dataType.uint8): OnnxModel =>
  smallModel({
    inputs: { x: 'float', flag: 'bool' },
    outputs: { y: 'float' },
    nodes: [node],
    initializers: [makeTensor('w', type, [2], new Uint8Array(type === dataType.uint8 ? 2 : 1)), floats('f', [1], [1])],
  });

test.each<[string, OnnxModel, string, string]>([
  ['NF4', modelOf(microsoft('MatMulBnb4', { quant_type: { int: 1 } })), 'nf4', 'int4'],
  ['FP4', modelOf(microsoft('MatMulBnb4', { quant_type: { int: 0 } })), 'fp4', 'int4'],
  ['blocks of 4 bits', modelOf(microsoft('MatMulNBits', { bits: { int: 4 } })), 'int4', 'int4'],
  ['blocks that say nothing', modelOf(microsoft('GatherBlockQuantized')), 'int4', 'int4'],
  ['blocks of 2 bits', modelOf(microsoft('MatMulNBits', { bits: { int: 2 } })), 'int4', 'int4'],
  ['blocks of 8 bits', modelOf(microsoft('MatMulNBits', { bits: { int: 8 } })), 'int8', 'int8'],
  ['4-bit tensors', modelOf(makeNode('DequantizeLinear', ['w', 'f'], ['y']), dataType.int4), 'int4', 'int4'],
  ['integers', modelOf(makeNode('MatMulInteger', ['x', 'w'], ['y'])), 'int8', 'int8'],
  ['rows of a table', modelOf(makeNode('Gather', ['w', 'x'], ['y']), dataType.int8), 'int8', 'int8'],
  ['full precision', modelOf(makeNode('MatMul', ['x', 'f'], ['y'])), 'fp32', 'fp16'],
])('%s', (_, model, precision, gate) => {
  expect(describePrecision(model)).toMatchObject({ precision, gate });
});

test('looks into branches', () => {
  const branch = smallGraph({ outputs: { r: 'float' }, nodes: [{ ...microsoft('MatMulBnb4'), output: ['r'] }] });
  expect(describePrecision(modelOf(ifNode('flag', ['y'], branch, branch)))).toMatchObject({ gate: 'int4' });
});

describe('a file with a recipe of octavec', () => {
  const half = smallModel({
    outputs: { y: 'float' },
    nodes: [makeNode('Cast', ['w'], ['y'], { attributes: { to: { int: 1 } } })],
    initializers: [makeTensor('w', dataType.float16, [1], new Uint16Array(1))],
  });
  const of = (model: OnnxModel, method: string) =>
    describePrecision(withRecipe(model, makeRecipe(method, 's'.repeat(64), {}, 'c'.repeat(64))));

  test.each([
    ['int8-static', 'int8 static', 'int8'],
    ['q8', '8-bit weights', 'q8'],
    ['q4', '4-bit weights', 'int4'],
    ['auto', 'mixed', 'int8'],
  ])('is what the recipe says: %s', (method, precision, gate) => {
    const integers = modelOf(makeNode('MatMulInteger', ['x', 'w'], ['y']));
    expect(of(integers, method)).toEqual({ precision, gate });
  });

  test('in half precision is so, and no more where another tool has quantized it', () => {
    expect(of(half, 'fp16')).toEqual({ precision: 'fp16', gate: 'fp16' });
    const integers = modelOf(makeNode('MatMulInteger', ['x', 'w'], ['y']));
    expect(of(integers, 'fp16')).toEqual({ precision: 'int8', gate: 'int8' });
  });

  test('that nothing of is quantized is what its weights are', () => {
    expect(of(half, 'auto')).toEqual({ precision: 'fp16', gate: 'fp16' });
  });

  test('of a method that there is not is what its operators are', () => {
    expect(of(half, 'int3')).toEqual({ precision: 'fp16', gate: 'fp16' });
    expect(of(half, '')).toEqual({ precision: 'fp16', gate: 'fp16' });
  });
});
