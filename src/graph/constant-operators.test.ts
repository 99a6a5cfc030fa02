import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runModel } from '../../test/support/run-model.js';
import { bools, floats, integers, scalar, smallModel } from '../../test/support/small-model.js';
import {
  type AttributeValue,
  dataType,
  int64Tensor,
  makeNode,
  makeTensor,
  type OnnxModel,
  type TensorProto,
  tensorBytes,
} from '../onnx/index.js';
import { foldConstants } from './constant-folding.js';

interface Case {
  readonly op: string;
  readonly inputs: readonly (TensorProto | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly opset?: number;
  /** Is it folded? By default yes, and ONNX Runtime must give the same. */
  readonly folds?: boolean;
}

const counting = (dims: readonly number[]): TensorProto =>
  floats(
    'counting',
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i - 3.5),
  );
const int32 = (dims: readonly number[], values: readonly number[]): TensorProto =>
  makeTensor('int32', dataType.int32, dims, Int32Array.from(values));
const int64 = (dims: readonly number[], values: readonly (number | bigint)[]): TensorProto =>
  makeTensor('int64', dataType.int64, dims, BigInt64Array.from(values, BigInt));
const double = (dims: readonly number[], values: readonly number[]): TensorProto =>
  makeTensor('double', dataType.double, dims, Float64Array.from(values));
const half = (dims: readonly number[], bits: readonly number[]): TensorProto =>
  makeTensor('half', dataType.float16, dims, Uint16Array.from(bits));
const bytes = (dims: readonly number[], values: readonly number[]): TensorProto =>
  makeTensor('bytes', dataType.uint8, dims, Uint8Array.from(values));
const text: TensorProto = {
  name: 'text',
  dataType: dataType.string,
  dims: [1],
  stringData: [new TextEncoder().encode('a')],
  externalData: [],
  metadataProps: [],
};

const end = 2n ** 63n - 1n;
const start = -(2n ** 63n);

const cases: Readonly<Record<string, Case>> = {
  'Add, same shape': { op: 'Add', inputs: [counting([2, 3]), counting([2, 3])] },
  'Add, row and column': { op: 'Add', inputs: [counting([4, 1]), counting([1, 3])] },
  'Add, vector to matrices': { op: 'Add', inputs: [counting([2, 2, 3]), counting([3])] },
  'Add, scalar in front': { op: 'Add', inputs: [scalar('s', 1.5), counting([2, 2])] },
  'Add, single element of higher rank': { op: 'Add', inputs: [counting([3]), counting([1, 1, 1])] },
  'Add, nothing': { op: 'Add', inputs: [counting([0, 3]), counting([3])] },
  'Sub, float': { op: 'Sub', inputs: [floats('a', [2], [0.1, 1e8]), floats('b', [2], [0.3, 1])] },
  'Mul, float overflows': { op: 'Mul', inputs: [floats('a', [2], [3e38, 1e-30]), floats('b', [2], [10, 1e-20])] },
  'Div, float by zero': { op: 'Div', inputs: [floats('a', [3], [1, -1, 0]), floats('b', [3], [0, 0, 0])] },
  'Div, float rounds once': { op: 'Div', inputs: [floats('a', [3], [1, 2, 5]), floats('b', [3], [3, 7, 11])] },
  'Add, double': { op: 'Add', inputs: [double([2], [0.1, 1e300]), double([2], [0.2, 1e300])] },
  'Add, int64': { op: 'Add', inputs: [int64([2], [2n ** 53n, 5]), int64([2], [1, -7])] },
  'Mul, int64 wraps': { op: 'Mul', inputs: [int64([1], [2n ** 62n]), int64([1], [6])] },
  'Mul, int32 wraps': { op: 'Mul', inputs: [int32([2], [123456789, -5]), int32([2], [987654321, 3])] },
  'Sub, int32 wraps': { op: 'Sub', inputs: [int32([1], [-2147483648]), int32([1], [1])] },
  'Div, int64 towards zero': { op: 'Div', inputs: [int64([4], [7, -7, 7, -7]), int64([4], [2, 2, -2, -2])] },
  'Div, int32 towards zero': { op: 'Div', inputs: [int32([2], [-7, 7]), int32([], [2])] },
  'Div, integer by zero': { op: 'Div', inputs: [int64([1], [1]), int64([1], [0])], folds: false },
  'Add, half precision': { op: 'Add', inputs: [half([1], [0x3c00]), half([1], [0x3c00])], folds: false },

  'Cast, int64 to float': {
    op: 'Cast',
    inputs: [int64([3], [-1, 3, 16777217])],
    attributes: { to: { int: dataType.float } },
  },
  'Cast, int64 to int32': {
    op: 'Cast',
    inputs: [int64([2], [-1, 2n ** 31n + 5n])],
    attributes: { to: { int: dataType.int32 } },
  },
  'Cast, int32 to int64': {
    op: 'Cast',
    inputs: [int32([2], [-1, 2147483647])],
    attributes: { to: { int: dataType.int64 } },
  },
  'Cast, bool to float': {
    op: 'Cast',
    inputs: [bools('b', [2], [true, false])],
    attributes: { to: { int: dataType.float } },
  },
  'Cast, bool to int64': {
    op: 'Cast',
    inputs: [bools('b', [2], [true, false])],
    attributes: { to: { int: dataType.int64 } },
  },
  'Cast, double to float': {
    op: 'Cast',
    inputs: [double([2], [0.1, 1e300])],
    attributes: { to: { int: dataType.float } },
  },
  'Cast, float to double': { op: 'Cast', inputs: [counting([3])], attributes: { to: { int: dataType.double } } },
  'Cast, float to float': { op: 'Cast', inputs: [counting([2, 2])], attributes: { to: { int: dataType.float } } },
  'Cast, float to int64': {
    op: 'Cast',
    inputs: [counting([3])],
    attributes: { to: { int: dataType.int64 } },
    folds: false,
  },
  'Cast, to half': { op: 'Cast', inputs: [counting([3])], attributes: { to: { int: dataType.float16 } }, folds: false },

  'Concat, integers': {
    op: 'Concat',
    inputs: [int64([2], [1, 2]), int64([0], []), int64([1], [3])],
    attributes: { axis: { int: 0 } },
  },
  'Concat, bytes': { op: 'Concat', inputs: [bytes([1], [1]), bytes([2], [2, 3])], attributes: { axis: { int: -1 } } },
  'Concat, matrices': {
    op: 'Concat',
    inputs: [counting([1, 2]), counting([1, 2])],
    attributes: { axis: { int: 1 } },
    folds: false,
  },

  'ConstantOfShape, zeros': { op: 'ConstantOfShape', inputs: [integers('i', [2, 3])] },
  'ConstantOfShape, a value': {
    op: 'ConstantOfShape',
    inputs: [integers('i', [3])],
    attributes: { value: { tensor: int64([1], [7]) } },
  },
  'ConstantOfShape, a scalar': {
    op: 'ConstantOfShape',
    inputs: [integers('i', [])],
    attributes: { value: { tensor: bools('v', [1], [true]) } },
  },
  'ConstantOfShape, large': { op: 'ConstantOfShape', inputs: [integers('i', [100, 100])], folds: false },

  'Gather, a scalar': { op: 'Gather', inputs: [int64([3], [5, 6, 7]), int64([], [1])] },
  'Gather, from the end': { op: 'Gather', inputs: [int64([3], [5, 6, 7]), int64([2], [-1, -3])] },
  'Gather, indices of rank 2': { op: 'Gather', inputs: [floats('f', [3], [5, 6, 7]), int32([2, 2], [0, 1, 2, 0])] },
  'Gather, rows': { op: 'Gather', inputs: [counting([3, 2]), int64([1], [0])], folds: false },
  'Gather, out of range': { op: 'Gather', inputs: [int64([3], [5, 6, 7]), int64([1], [3])], folds: false },

  Identity: { op: 'Identity', inputs: [half([2], [0x3c00, 0xfc00])] },
  'Identity of a string': { op: 'Identity', inputs: [text], folds: false },

  'Reshape, plain': { op: 'Reshape', inputs: [counting([2, 6]), integers('s', [3, 4])] },
  'Reshape, open size': { op: 'Reshape', inputs: [counting([2, 6]), integers('s', [4, -1])] },
  'Reshape, copied size': { op: 'Reshape', inputs: [counting([2, 6]), integers('s', [0, 3, 2])] },
  'Reshape, to a scalar': { op: 'Reshape', inputs: [counting([1]), integers('s', [])] },
  'Reshape, zeros allowed': {
    op: 'Reshape',
    inputs: [counting([0, 6]), integers('s', [3, 0])],
    attributes: { allowzero: { int: 1 } },
    folds: false,
  },
  'Reshape, of nothing to an open size': {
    op: 'Reshape',
    inputs: [counting([0, 3]), integers('s', [0, -1])],
    folds: false,
  },
  'Reshape, to another count': { op: 'Reshape', inputs: [counting([2, 6]), integers('s', [5])], folds: false },

  Shape: { op: 'Shape', inputs: [counting([2, 3, 4])] },
  'Shape, a part': {
    op: 'Shape',
    inputs: [counting([2, 3, 4])],
    attributes: { start: { int: -2 }, end: { int: -1 } },
  },
  'Shape of a scalar': { op: 'Shape', inputs: [scalar('s', 1)] },

  'Slice, rows': { op: 'Slice', inputs: [counting([5, 3]), int64([1], [1]), int64([1], [3])] },
  'Slice, to the end': {
    op: 'Slice',
    inputs: [counting([5, 3]), int64([2], [2, -2]), int64([2], [end, end]), int64([2], [0, -1]), int64([2], [1, 1])],
  },
  'Slice, from far before': { op: 'Slice', inputs: [counting([5]), int64([1], [start]), int64([1], [-2])] },
  'Slice, int32 bounds': {
    op: 'Slice',
    inputs: [counting([2, 4]), int32([1], [1]), int32([1], [2147483647]), int32([1], [1])],
  },
  'Slice, nothing left': { op: 'Slice', inputs: [counting([5]), int64([1], [3]), int64([1], [2])] },
  'Slice, with steps': {
    op: 'Slice',
    inputs: [counting([5]), int64([1], [0]), int64([1], [5]), int64([1], [0]), int64([1], [2])],
    folds: false,
  },
  'Slice, an axis too many': {
    op: 'Slice',
    inputs: [counting([5]), int64([1], [0]), int64([1], [5]), int64([1], [1])],
    folds: false,
  },

  Sqrt: { op: 'Sqrt', inputs: [floats('f', [3], [2, 16, 32])] },
  'Sqrt of a negative number': { op: 'Sqrt', inputs: [floats('f', [1], [-1])] },

  'Squeeze, all': { op: 'Squeeze', inputs: [counting([1, 3, 1])] },
  'Squeeze, one': { op: 'Squeeze', inputs: [counting([1, 3, 1]), int64([1], [-1])] },
  'Squeeze, by attribute': {
    op: 'Squeeze',
    inputs: [counting([1, 3, 1])],
    attributes: { axes: { ints: [0] } },
    opset: 11,
  },
  'Squeeze, an axis of 3': { op: 'Squeeze', inputs: [counting([1, 3, 1]), int64([1], [1])], folds: false },
  'Squeeze, an axis too many': { op: 'Squeeze', inputs: [counting([1, 3]), int64([1], [2])], folds: false },

  'Transpose, reversed': { op: 'Transpose', inputs: [counting([2, 3, 4])] },
  'Transpose, by perm': {
    op: 'Transpose',
    inputs: [counting([2, 3, 4])],
    attributes: { perm: { ints: [1, 2, 0] } },
  },
  'Transpose, bytes': { op: 'Transpose', inputs: [bytes([2, 3], [1, 2, 3, 4, 5, 6])] },
  'Transpose, halves': { op: 'Transpose', inputs: [half([2, 2], [1, 2, 3, 4])] },
  'Transpose, int64': { op: 'Transpose', inputs: [int64([2, 2], [1, 2, 3, 4])] },
  'Transpose, a scalar': { op: 'Transpose', inputs: [scalar('s', 1)] },
  'Transpose, nothing': { op: 'Transpose', inputs: [counting([0, 4])] },
  'Transpose, an axis twice': {
    op: 'Transpose',
    inputs: [counting([2, 3])],
    attributes: { perm: { ints: [0, 0] } },
    folds: false,
  },

  'Unsqueeze, front and back': { op: 'Unsqueeze', inputs: [counting([2, 3]), int64([2], [0, 3])] },
  'Unsqueeze, from the end': { op: 'Unsqueeze', inputs: [counting([2, 3]), int64([2], [-1, 1])] },
  'Unsqueeze, by attribute': {
    op: 'Unsqueeze',
    inputs: [scalar('s', 3)],
    attributes: { axes: { ints: [0] } },
    opset: 11,
  },
  'Unsqueeze, an axis too many': { op: 'Unsqueeze', inputs: [counting([2, 3]), int64([1], [4])], folds: false },
  'Unsqueeze, an axis twice': { op: 'Unsqueeze', inputs: [counting([2, 3]), int64([2], [0, 0])], folds: false },

  'an operator that is not known': { op: 'Tanh', inputs: [counting([2])], folds: false },
};

function modelOf({ op, inputs, attributes, opset = 17 }: Case): OnnxModel {
  const names = inputs.map((_, i) => `c${i}`);
  return smallModel({
    outputs: { y: '' },
    nodes: [makeNode(op, names, ['result'], { attributes }), makeNode('Identity', ['result'], ['y'])],
    initializers: inputs.flatMap((tensor, i) => (tensor === undefined ? [] : [{ ...tensor, name: names[i] }])),
    opset,
  });
}

const resultOf = (model: OnnxModel): TensorProto | undefined =>
  foldConstants(model).proto.graph.initializer.find(({ name }) => name === 'result');

async function expectAsInOnnxRuntime(model: OnnxModel): Promise<void> {
  const folded = resultOf(model);
  const { y } = await runModel(withOutputType(model, folded?.dataType ?? 0), {}, { optimization: 'disabled' });
  expect(folded?.dims).toEqual([...y.dims]);
  const { buffer, byteOffset, byteLength } = y.data as unknown as Uint8Array;
  expect(folded && Buffer.from(tensorBytes(model, folded))).toEqual(Buffer.from(buffer, byteOffset, byteLength));
}

function withOutputType(model: OnnxModel, elemType: number): OnnxModel {
  const { graph } = model.proto;
  const output = [{ name: 'y', type: { tensorType: { elemType } }, metadataProps: [] }];
  return { ...model, proto: { ...model.proto, graph: { ...graph, output } } };
}

const all = Object.entries(cases);

describe('constant operators give what ONNX Runtime gives', () => {
  test.each(all.filter(([, { folds }]) => folds !== false))('%s', async (_, each) => {
    await expectAsInOnnxRuntime(modelOf(each));
  });

  test('Transpose, any shape and order', async () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
    const transposes = shapes.chain((dims) =>
      fc.tuple(fc.constant(dims), fc.shuffledSubarray([...dims.keys()], { minLength: dims.length })),
    );
    await fc.assert(
      fc.asyncProperty(transposes, async ([dims, perm]) => {
        await expectAsInOnnxRuntime(
          modelOf({ op: 'Transpose', inputs: [counting(dims)], attributes: { perm: { ints: perm } } }),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('Slice, any bounds', async () => {
    const bound = fc.oneof(fc.integer({ min: -6, max: 6 }), fc.constantFrom(end, start + 1n));
    const axes = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), bound, bound), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(axes, async (slices) => {
        const inputs = [
          counting(slices.map(([size]) => size)),
          int64(
            [slices.length],
            slices.map(([, from]) => from),
          ),
          int64(
            [slices.length],
            slices.map(([, , to]) => to),
          ),
        ];
        await expectAsInOnnxRuntime(modelOf({ op: 'Slice', inputs }));
      }),
      { numRuns: 60 },
    );
  });
});

describe('left to the run time', () => {
  test.each(all.filter(([, { folds }]) => folds === false))('%s', (_, each) => {
    expect(resultOf(modelOf(each))).toBeUndefined();
  });

  test('an input that is not constant, or not there', () => {
    const model = smallModel({
      inputs: { x: 'int64[2]' },
      outputs: { y: 'int64' },
      nodes: [
        makeNode('Add', ['x', 'one'], ['a']),
        makeNode('Slice', ['one', 'zero', ''], ['b']),
        makeNode('Add', ['a', 'b'], ['y']),
      ],
      initializers: [integers('one', [1, 1]), int64Tensor('zero', [1], [0])],
    });
    expect(foldConstants(model).proto.graph.node).toHaveLength(3);
  });
});
