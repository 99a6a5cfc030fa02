import { describe, expect, test } from 'vitest';
import { erf } from '../numbers/index.js';
import {
  dataType,
  floatTensor,
  type GraphProto,
  int64Tensor,
  makeNode,
  type NodeProto,
  type OnnxModel,
} from '../onnx/index.js';
import { makeSampler, type Sample } from './sample-values.js';

/** A model of a few nodes over `input_ids` and the constants that are given. */
function modelOf(node: readonly NodeProto[], initializer: GraphProto['initializer'] = []): OnnxModel {
  const graph: GraphProto = {
    node,
    initializer,
    input: [{ name: 'input_ids', metadataProps: [] }],
    output: [],
    valueInfo: [],
    sparseInitializer: [],
    quantizationAnnotation: [],
    metadataProps: [],
  };
  const proto = { opsetImport: [{ version: 17 }], metadataProps: [], functions: [], graph };
  return { path: 'sample.onnx', proto };
}

function sampleOf(
  nodes: readonly NodeProto[],
  constants: GraphProto['initializer'] = [],
  tokens = 3,
): Sample | undefined {
  const ids = { shape: [1, tokens], type: dataType.int64, data: new Float64Array(tokens).fill(9) };
  const { of } = makeSampler(modelOf(nodes, constants)).sample(new Map([['input_ids', ids]]), () => undefined);
  return of('out');
}

const list = (value: Sample | undefined) => Array.from(value?.data ?? []);
const int = (name: string, dims: number[], data: number[]) => int64Tensor(name, dims, data);

describe('samples', () => {
  test('positions written as Shape, Gather and Range count the tokens', () => {
    const nodes = [
      makeNode('Shape', ['input_ids'], ['shape']),
      makeNode('Gather', ['shape', 'one'], ['length'], { attributes: { axis: { int: 0 } } }),
      makeNode('Range', ['zero', 'length', 'one'], ['out']),
    ];
    expect(list(sampleOf(nodes, [int('one', [], [1]), int('zero', [], [0])], 5))).toEqual([0, 1, 2, 3, 4]);
  });

  test("RoBERTa's positions skip what pads", () => {
    const nodes = [
      makeNode('Equal', ['input_ids', 'pad'], ['pads']),
      makeNode('Not', ['pads'], ['tokens']),
      makeNode('Cast', ['tokens'], ['ones'], { attributes: { to: { int: 7 } } }),
      makeNode('CumSum', ['ones', 'axis'], ['counted']),
      makeNode('Add', ['counted', 'pad'], ['out']),
    ];
    expect(list(sampleOf(nodes, [int('pad', [], [1]), int('axis', [], [1])], 4))).toEqual([2, 3, 4, 5]);
  });

  test('integers are divided to integers, floats are rounded to single precision', () => {
    const ints = [makeNode('Div', ['a', 'b'], ['out'])];
    expect(list(sampleOf(ints, [int('a', [2], [7, -7]), int('b', [], [2])]))).toEqual([3, -3]);
    const floats = [floatTensor('a', [1], Float32Array.of(1)), floatTensor('b', [1], Float32Array.of(3))];
    expect(list(sampleOf(ints, floats))).toEqual([Math.fround(1 / 3)]);
  });

  test('an element that equals its neighbour in one operand is looked at in the others, too', () => {
    const constants = [
      floatTensor('a', [2, 3], Float32Array.of(1, 1, 1, 2, 2, Number.NaN)),
      floatTensor('b', [2, 3], Float32Array.of(5, 5, 6, 6, 7, 7)),
      floatTensor('c', [], Float32Array.of(3)),
    ];
    expect(list(sampleOf([makeNode('Add', ['a', 'b'], ['out'])], constants))).toEqual([6, 6, 7, 8, 9, Number.NaN]);
    expect(list(sampleOf([makeNode('Mul', ['a', 'c'], ['out'])], constants))).toEqual([3, 3, 3, 6, 6, Number.NaN]);
    const where = [makeNode('Less', ['a', 'c'], ['under']), makeNode('Where', ['under', 'b', 'a'], ['out'])];
    expect(list(sampleOf(where, constants))).toEqual([5, 5, 6, 6, 7, Number.NaN]);
  });

  test('a slice may go backwards and beyond the end', () => {
    const constants = (start: number, end: number, step: number) => [
      int('x', [5], [10, 11, 12, 13, 14]),
      int('start', [1], [start]),
      int('end', [1], [end]),
      int('axis', [1], [0]),
      int('step', [1], [step]),
    ];
    const nodes = [makeNode('Slice', ['x', 'start', 'end', 'axis', 'step'], ['out'])];
    expect(list(sampleOf(nodes, constants(1, 2 ** 62, 2)))).toEqual([11, 13]);
    expect(list(sampleOf(nodes, constants(-1, -(2 ** 62), -1)))).toEqual([14, 13, 12, 11, 10]);
    expect(list(sampleOf(nodes, constants(-2, 5, 1)))).toEqual([13, 14]);
  });

  test('a tile is laid again and again along each axis', () => {
    const nodes = [makeNode('Tile', ['x', 'times'], ['out'])];
    const constants = [int('x', [2, 2], [1, 2, 3, 4]), int('times', [2], [2, 3])];
    expect(sampleOf(nodes, constants)?.shape).toEqual([4, 6]);
    const rows = [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4];
    expect(list(sampleOf(nodes, constants))).toEqual([...rows, ...rows]);
  });

  test('minima of several inputs are minima of their values alone', () => {
    const nodes = [makeNode('Min', ['a', 'b', 'c'], ['out'])];
    const constants = [int('a', [2], [5, 9]), int('b', [2], [7, 8]), int('c', [], [6])];
    expect(list(sampleOf(nodes, constants))).toEqual([5, 6]);
  });

  test('an index outside of a tensor leaves the result unknown', () => {
    const nodes = [makeNode('Gather', ['x', 'index'], ['out'])];
    const value = sampleOf(nodes, [int('x', [2], [1, 2]), int('index', [1], [2])]);
    expect(value).toEqual({ shape: [1], type: dataType.int64 });
  });

  test('a value that depends on itself is not worked out, and nothing hangs', () => {
    const nodes = [makeNode('Neg', ['b'], ['a']), makeNode('Neg', ['a'], ['b']), makeNode('Neg', ['a'], ['out'])];
    expect(sampleOf(nodes)).toBeUndefined();
  });

  test('what follows from other values is worked out anew, the rest is taken as it was', () => {
    const nodes = [makeNode('Add', ['input_ids', 'one'], ['more']), makeNode('Mul', ['input_ids', 'more'], ['out'])];
    const ids = { shape: [1, 2], type: dataType.int64, data: Float64Array.of(3, 4) };
    const samples = makeSampler(modelOf(nodes, [int('one', [], [1])])).sample(
      new Map([['input_ids', ids]]),
      () => undefined,
    );
    expect(list(samples.of('out'))).toEqual([12, 20]);
    const worked: number[] = [];
    const other = { ...ids, data: Float64Array.of(10, 10) };
    const changed = samples.with(new Map([['more', other]]), (numbers) => worked.push(numbers));
    expect(list(changed('out'))).toEqual([30, 40]);
    expect(worked).toEqual([2]);
    expect(list(samples.of('out'))).toEqual([12, 20]);
  });

  test('very deep graphs do not overflow the stack', () => {
    const depth = 20_000;
    const nodes = Array.from({ length: depth }, (_, i) =>
      makeNode('Neg', [i === 0 ? 'input_ids' : `v${i}`], [i === depth - 1 ? 'out' : `v${i + 1}`]),
    );
    expect(list(sampleOf(nodes, [], 2))).toEqual([9, 9]);
  });

  test('products of weights have a shape and no numbers', () => {
    const nodes = [makeNode('MatMul', ['a', 'b'], ['out'])];
    const tensor = (name: string, dims: number[]) => floatTensor(name, dims, new Float32Array(dims[0] * dims[1]));
    expect(sampleOf(nodes, [tensor('a', [2, 3]), tensor('b', [3, 4])])).toEqual({
      shape: [2, 4],
      type: dataType.float,
    });
  });
});

test('the error function is right to 1e-8', () => {
  // Abramowitz and Stegun, table 7.1.
  expect(erf(0.5)).toBeCloseTo(0.5204998778, 8);
  expect(erf(1)).toBeCloseTo(0.8427007929, 8);
  expect(erf(2)).toBeCloseTo(0.995322265, 8);
  expect(erf(-2)).toBeCloseTo(-0.995322265, 8);
  expect(erf(3.9)).toBeCloseTo(1, 7);
  expect(erf(9)).toBe(1);
});
