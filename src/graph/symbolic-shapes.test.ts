import { describe, expect, test } from 'vitest';
import { float32, int64, runModel } from '../../test/support/run-model.js';
import { integers, smallModel } from '../../test/support/small-model.js';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import { type AttributeValue, dataType, makeNode, type OnnxModel, readModel, withGraph } from '../onnx/index.js';
import { foldConstants } from './constant-folding.js';
import { inferElementTypes } from './element-type-inference.js';
import type { Dim, Shape } from './operators/value.js';
import { inferShapes } from './symbolic-shapes.js';

interface Case {
  readonly op: string;
  /** Shapes of float inputs "a[2,n]", or constants. */
  readonly inputs: readonly (string | readonly number[] | '')[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly outputs?: number;
  readonly opset?: number;
  /** Shapes of the outputs; undefined where nothing is known. Sizes that nothing is known of are "?". */
  readonly gives: readonly (Shape | undefined)[];
  /** Not to be run: the operator wants inputs that are not floats. */
  readonly inferOnly?: true;
}

const ints = (...values: number[]): AttributeValue => ({ ints: values });
const int = (value: number): AttributeValue => ({ int: value });

const cases: Readonly<Record<string, Case>> = {
  'like the input': { op: 'Tanh', inputs: ['a[n,3]'], gives: [['n', 3]] },
  'like the input, of ONNX Runtime': { op: 'com.microsoft.Gelu', inputs: ['a[n,3]'], gives: [['n', 3]] },
  'an operator that is not known': { op: 'com.microsoft.Odd', inputs: ['a[n,3]'], gives: [undefined], inferOnly: true },
  'Add of equal shapes': { op: 'Add', inputs: ['a[n,3]', 'a[n,3]'], gives: [['n', 3]] },
  'Add of a row and a column': { op: 'Mul', inputs: ['a[n,1]', 'b[1,4]'], gives: [['n', 4]] },
  'Add of lower rank': { op: 'Add', inputs: ['a[2,n,3]', 'b[3]'], gives: [[2, 'n', 3]] },
  'Add of sizes that may differ': { op: 'Add', inputs: ['a[n,3]', 'b[m,3]'], gives: [['?', 3]] },
  'Add of a size beside a number': { op: 'Add', inputs: ['a[n,3]', 'b[4,3]'], gives: [[4, 3]] },
  'Sum of three': { op: 'Sum', inputs: ['a[n,1]', 'b[5]', 'c[1,1,1]'], gives: [[1, 'n', 5]] },
  'MatMul of matrices': { op: 'MatMul', inputs: ['a[n,3]', 'b[3,5]'], gives: [['n', 5]] },
  'MatMul in batches': { op: 'MatMul', inputs: ['a[n,7,2,3]', 'b[3,5]'], gives: [['n', 7, 2, 5]] },
  'MatMul of two batches': { op: 'MatMul', inputs: ['a[n,1,2,3]', 'b[7,3,2]'], gives: [['n', 7, 2, 2]] },
  'MatMul of a vector': { op: 'MatMul', inputs: ['a[n,3]', 'b[3]'], gives: [undefined] },
  Gemm: { op: 'Gemm', inputs: ['a[n,3]', 'b[5,3]'], attributes: { transB: int(1) }, gives: [['n', 5]] },
  'Gemm of a transposed input': {
    op: 'Gemm',
    inputs: ['a[3,n]', 'b[3,5]'],
    attributes: { transA: int(1) },
    gives: [['n', 5]],
  },
  Transpose: { op: 'Transpose', inputs: ['a[n,2,3]'], attributes: { perm: ints(0, 2, 1) }, gives: [['n', 3, 2]] },
  'Transpose, reversed': { op: 'Transpose', inputs: ['a[n,2,3]'], gives: [[3, 2, 'n']] },
  'Gather of rows': { op: 'Gather', inputs: ['a[n,3]', [0, 1]], gives: [[2, 3]] },
  'Gather of columns': { op: 'Gather', inputs: ['a[n,3]', [0, 1]], attributes: { axis: int(-1) }, gives: [['n', 2]] },
  'Concat of numbers': { op: 'Concat', inputs: ['a[n,3]', 'b[n,4]'], attributes: { axis: int(1) }, gives: [['n', 7]] },
  'Concat of open sizes': {
    op: 'Concat',
    inputs: ['a[n,3]', 'b[4,3]'],
    attributes: { axis: int(0) },
    gives: [['?', 3]],
  },
  Shape: { op: 'Shape', inputs: ['a[n,3]'], gives: [[2]] },
  'Shape, a part': { op: 'Shape', inputs: ['a[n,3,4]'], attributes: { start: int(-1) }, gives: [[1]] },
  'Squeeze of an axis': { op: 'Squeeze', inputs: ['a[n,1,3]', [1]], gives: [['n', 3]] },
  'Squeeze by attribute': {
    op: 'Squeeze',
    inputs: ['a[n,1,3]'],
    attributes: { axes: ints(-2) },
    opset: 11,
    gives: [['n', 3]],
  },
  'Squeeze of all that is known': { op: 'Squeeze', inputs: ['a[2,1,3]'], gives: [[2, 3]] },
  'Squeeze of all that may be 1': { op: 'Squeeze', inputs: ['a[n,1,3]'], gives: [undefined] },
  Unsqueeze: { op: 'Unsqueeze', inputs: ['a[n,3]', [0, -1]], gives: [[1, 'n', 3, 1]] },
  'Unsqueeze by attribute': {
    op: 'Unsqueeze',
    inputs: ['a[n]'],
    attributes: { axes: ints(1) },
    opset: 11,
    gives: [['n', 1]],
  },
  'ReduceMean that keeps axes': { op: 'ReduceMean', inputs: ['a[n,3]', [-1]], opset: 18, gives: [['n', 1]] },
  'ReduceMean that drops axes': {
    op: 'ReduceMean',
    inputs: ['a[n,3]'],
    attributes: { axes: ints(1), keepdims: int(0) },
    gives: [['n']],
  },
  'ReduceMean of everything': { op: 'ReduceMean', inputs: ['a[n,3]'], gives: [[1, 1]] },
  Flatten: { op: 'Flatten', inputs: ['a[n,3,4]'], gives: [['n', 12]] },
  'Flatten of open sizes': { op: 'Flatten', inputs: ['a[n,3,4]'], attributes: { axis: int(2) }, gives: [['?', 4]] },
  'Reshape to numbers': { op: 'Reshape', inputs: ['a[2,6]', [3, 4]], gives: [[3, 4]] },
  'Reshape that copies': { op: 'Reshape', inputs: ['a[n,6]', [0, 2, 3]], gives: [['n', 2, 3]] },
  'Reshape with the open size last': { op: 'Reshape', inputs: ['a[n,6,4]', [0, 3, -1]], gives: [['n', 3, 8]] },
  'Reshape with the open size first': { op: 'Reshape', inputs: ['a[n,6,4]', [-1, 24]], gives: [['n', 24]] },
  'Reshape that joins open sizes': { op: 'Reshape', inputs: ['a[n,m,4]', [-1, 4]], gives: [['?', 4]] },
  'Reshape with 0 as a size': {
    op: 'Reshape',
    inputs: ['a[n,0]', [0, 3]],
    attributes: { allowzero: int(1) },
    gives: [[0, 3]],
  },
  'Expand of 1': { op: 'Expand', inputs: ['a[n,1]', [1, 5]], gives: [['n', 5]] },
  'Expand to a higher rank': { op: 'Expand', inputs: ['a[n]', [2, 1]], gives: [[2, 'n']] },
  'Slice to the end': { op: 'Slice', inputs: ['a[n,6]', [0], [2 ** 53], [0]], gives: [['n', 6]] },
  'Slice of a number': { op: 'Slice', inputs: ['a[n,6]', [-4], [5], [1]], gives: [['n', 3]] },
  'Slice of an open size': { op: 'Slice', inputs: ['a[n,6]', [1], [3], [0]], gives: [['?', 6]] },
  'Slice without axes': { op: 'Slice', inputs: ['a[4,6]', [1, 2], [9, 3]], gives: [[3, 1]] },
  'Slice with steps': { op: 'Slice', inputs: ['a[n,6]', [0], [6], [1], [2]], gives: [['n', 3]] },
  'Slice by attributes': {
    op: 'Slice',
    inputs: ['a[n,6]'],
    attributes: { starts: ints(2), ends: ints(4), axes: ints(1) },
    opset: 9,
    gives: [['n', 2]],
  },
  'Split in equal parts': {
    op: 'Split',
    inputs: ['a[n,6]'],
    attributes: { axis: int(-1) },
    outputs: 2,
    gives: [
      ['n', 3],
      ['n', 3],
    ],
  },
  'Split in parts': {
    op: 'Split',
    inputs: ['a[n,6]', [2, 4]],
    attributes: { axis: int(1) },
    outputs: 2,
    gives: [
      ['n', 2],
      ['n', 4],
    ],
  },
  'Split by attribute': {
    op: 'Split',
    inputs: ['a[n,6]'],
    attributes: { axis: int(1), split: ints(1, 5) },
    outputs: 2,
    opset: 11,
    gives: [
      ['n', 1],
      ['n', 5],
    ],
  },
  'Split of an open size': {
    op: 'Split',
    inputs: ['a[n,6]'],
    attributes: { axis: int(0) },
    outputs: 2,
    gives: [
      ['?', 6],
      ['?', 6],
    ],
  },
  GatherElements: { op: 'GatherElements', inputs: ['a[n,6]', [0]], gives: [[1]], inferOnly: true },
  DynamicQuantizeLinear: {
    op: 'DynamicQuantizeLinear',
    inputs: ['a[n,6]'],
    outputs: 3,
    gives: [['n', 6], [], []],
    inferOnly: true,
  },
};

/** Open sizes when a case is run; equal, so that all of them broadcast. */
const sizeOf: Readonly<Record<string, number>> = { n: 4, m: 4 };

function modelOf({ op, inputs, attributes, outputs = 1, opset = 17 }: Case): OnnxModel {
  const [, domain, opType = op] = /^(.*)\.(\w+)$/.exec(op) ?? [];
  const declared = inputs.filter((input) => typeof input === 'string');
  const results = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const names = inputs.map((input, i) => (typeof input === 'string' ? input.slice(0, 1) : `c${i}`));
  return smallModel({
    inputs: Object.fromEntries(declared.map((input) => [input.slice(0, 1), `float${input.slice(1)}`])),
    outputs: Object.fromEntries(results.map((name) => [name, op === 'Shape' ? 'int64' : 'float'])),
    nodes: [makeNode(opType, names, results, { attributes, domain })],
    initializers: inputs.flatMap((input, i) => (typeof input === 'string' ? [] : [integers(`c${i}`, input)])),
    opset,
    domains: { 'com.microsoft': 1 },
  });
}

/** Sizes of inputs by the letter that the case gives them, others as "?". */
function readable(dims: Shape | undefined, { inputs }: Case): Shape | undefined {
  const letters = new Map<Dim, Dim>();
  for (const input of inputs.filter((each) => typeof each === 'string')) {
    for (const [axis, size] of sizes(input).entries()) {
      letters.set(`${input.slice(0, 1)}#${axis}`, size);
    }
  }
  return dims?.map((dim) => (typeof dim === 'number' ? dim : (letters.get(dim) ?? '?')));
}

function sizes(input: string): string[] {
  return input.slice(2, -1).split(',');
}

describe.each(Object.entries(cases))('the shape of %s', (_, each) => {
  test('follows from its inputs', () => {
    const { dims } = inferShapes(modelOf(each));
    expect(each.gives.map((__, i) => readable(dims.get(`y${i}`), each))).toEqual(each.gives);
  });

  test.skipIf(each.inferOnly)('is that of ONNX Runtime', async () => {
    const feeds = each.inputs
      .filter((input) => typeof input === 'string')
      .map((input) => {
        const dims = sizes(input).map((size) => sizeOf[size] ?? Number(size));
        return [input.slice(0, 1), float32(dims, new Float32Array(dims.reduce((a, b) => a * b, 1)))] as const;
      });
    const results = await runModel(modelOf(each), Object.fromEntries(feeds), { optimization: 'disabled' });
    for (const [i, dims] of each.gives.entries()) {
      const expected = dims?.map((dim): Dim => (typeof dim === 'string' ? (sizeOf[dim] ?? '?') : dim));
      const found = results[`y${i}`].dims;
      expect(expected?.map((size, axis) => (size === '?' ? found[axis] : size)) ?? [...found]).toEqual([...found]);
    }
  });
});

test('axes that a file gives the same name are not taken for equal', () => {
  const { dims } = inferShapes(
    smallModel({
      inputs: { ids: 'float[batch,batch]', mask: 'float[batch,batch]' },
      outputs: { y: 'float' },
      nodes: [makeNode('Add', ['ids', 'mask'], ['y'])],
    }),
  );
  expect(dims.get('ids')).toEqual(['ids#0', 'ids#1']);
  expect(dims.get('y')).toEqual(['y#0', 'y#1']);
});

test('the first n of a table meet n others: there are n, or the run fails', () => {
  const model = smallModel({
    inputs: { x: 'float[n,m,8]' },
    outputs: { y: 'float' },
    nodes: [
      makeNode('Shape', ['x'], ['tokens'], { attributes: { start: int(1), end: int(2) } }),
      makeNode('Slice', ['table', 'zero', 'tokens', 'zero'], ['positions']),
      makeNode('Add', ['x', 'positions'], ['y']),
    ],
    initializers: [
      { ...integers('zero', [0]) },
      { ...integers('table', []), dims: [128, 8], dataType: dataType.float, rawData: new Uint8Array(128 * 8 * 4) },
    ],
  });
  expect(inferShapes(model).dims.get('y')).toEqual(['x#0', 'x#1', 8]);
});

describe('in real graphs', () => {
  test.each(tinyModelPaths())('%s: sizes, names of sizes and integers are those of every run', async (path) => {
    const model = foldConstants(await readModel(path));
    const { dims, contents } = inferShapes(model);
    const watched = withAllOutputs(model);
    for (const [batch, tokens] of [
      [1, 6],
      [3, 4],
      [2, 1],
    ]) {
      const count = batch * tokens;
      const results = await runModel(
        watched,
        {
          input_ids: int64(
            [batch, tokens],
            Array.from({ length: count }, (_, i) => 5 + i),
          ),
          attention_mask: int64([batch, tokens], new Array(count).fill(1)),
        },
        { optimization: 'disabled' },
      );
      const sizeByName = new Map<string, number>();
      const check = (dim: Dim, found: number): void => {
        expect(typeof dim === 'number' ? dim : (sizeByName.get(dim) ?? found)).toBe(found);
        if (typeof dim === 'string') {
          sizeByName.set(dim, found);
        }
      };
      for (const [name, result] of Object.entries(results)) {
        const inferred = dims.get(name);
        expect(inferred?.length ?? result.dims.length).toBe(result.dims.length);
        for (const [axis, dim] of (inferred ?? []).entries()) {
          check(dim, result.dims[axis]);
        }
        const held = contents.get(name);
        expect(held?.length ?? result.data.length).toBe(result.data.length);
        for (const [i, dim] of (held ?? []).entries()) {
          check(dim, Number(result.data[i]));
        }
      }
      const known = Object.keys(results).filter((name) => dims.has(name));
      expect(known.length / Object.keys(results).length).toBeGreaterThan(0.5);
    }
  });
});

function withAllOutputs(model: OnnxModel): OnnxModel {
  const { graph } = model.proto;
  const types = inferElementTypes(graph);
  const output = graph.node.flatMap((node) =>
    node.output.map((name) => ({ name, type: { tensorType: { elemType: types.get(name) } }, metadataProps: [] })),
  );
  return withGraph(model, { ...graph, output });
}
