import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { float32, int64, largestDifference, type Result, runModel } from '../../test/support/run-model.js';
import {
  floats,
  ifNode,
  initializerNames,
  operators,
  type SmallModel,
  smallGraph,
  smallModel,
} from '../../test/support/small-model.js';
import { roundHalfEven } from '../numbers/index.js';
import { encodeModel, makeNode, type OnnxModel, opsetVersion, type TensorProto, tensorFloats } from '../onnx/index.js';
import { dynamicInt8 } from './dynamic-int8.js';
import { quantizeSaturationFree } from './saturation-free.js';
import { quantizeRows } from './symmetric.js';

const inputs = 40;
const outputs = 48;
const weight = (name: string, rows: number, columns: number, seed = 1): TensorProto =>
  floats(name, [rows, columns], [...randomMatrix(rows, columns, seed).data]);

const x = randomMatrix(5, inputs, 2);

const feeds = { x: float32([5, inputs], x.data) };

function modelOf(model: Partial<SmallModel>): OnnxModel {
  return smallModel({ inputs: { x: `float[n,${inputs}]` }, outputs: { y: 'float' }, nodes: [], ...model });
}

function counts(model: OnnxModel): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const operator of operators(model)) {
    found[operator] = (found[operator] ?? 0) + 1;
  }
  return found;
}

/** x W as the quantized operators shall compute it: U8 activations with one scale, S8 weights with one a column. */
function expectedProduct(activations: Float32Array, w: Float32Array): Float32Array {
  const low = Math.min(0, ...activations);
  const high = Math.max(0, ...activations);
  const scale = Math.fround((high - low) / 255);
  const zero = roundHalfEven(-low / scale);
  const codes = activations.map((value) => Math.min(Math.max(roundHalfEven(value / scale) + zero, 0), 255) - zero);
  const { values, scales } = quantizeSaturationFree(w, inputs, outputs);
  return Float32Array.from({ length: x.rows * outputs }, (_, i) => {
    const [row, n] = [Math.floor(i / outputs), i % outputs];
    const products = Array.from({ length: inputs }, (__, k) => codes[row * inputs + k] * values[k * outputs + n]);
    return products.reduce((sum, product) => sum + product, 0) * scale * scales[n];
  });
}

async function resultOf(model: OnnxModel): Promise<Result> {
  return (await runModel(model, feeds)).y;
}

describe('dynamicInt8', () => {
  const w = weight('w', inputs, outputs);
  const plain = modelOf({ nodes: [makeNode('MatMul', ['x', 'w'], ['y'])], initializers: [w] });

  test('computes with 8-bit integers', async () => {
    const made = dynamicInt8(plain);
    expect(operators(made)).toEqual(['DynamicQuantizeLinear', 'MatMulInteger', 'Cast', 'Mul', 'Mul']);
    expect(initializerNames(made)).toEqual(['w_quantized', 'w_scale', 'w_zero_point']);
    expect(largestDifference((await resultOf(made)).data, (await resultOf(plain)).data)).toBeLessThan(0.06);
  });

  test('computes what its operators are defined to', async () => {
    const expected = expectedProduct(x.data, randomMatrix(inputs, outputs, 1).data);
    expect(largestDifference((await resultOf(dynamicInt8(plain))).data, expected)).toBeLessThan(1e-5);
  });

  test('gives the same bytes for the same model', () => {
    expect(Buffer.concat(encodeModel(dynamicInt8(plain).proto))).toEqual(
      Buffer.concat(encodeModel(dynamicInt8(plain).proto)),
    );
  });

  test('leaves the model that it was made from as it is', () => {
    const before = structuredClone(plain);
    dynamicInt8(plain);
    expect(plain).toEqual(before);
  });

  test('a Gemm with a bias, its weight stored as [outputs × inputs]', async () => {
    const gemm = modelOf({
      nodes: [makeNode('Gemm', ['x', 'w', 'b'], ['y'], { attributes: { transB: { int: 1 } } })],
      initializers: [weight('w', outputs, inputs), floats('b', [outputs], [...randomMatrix(1, outputs, 7).data])],
    });
    const made = dynamicInt8(gemm);
    expect(counts(made)).toMatchObject({ MatMulInteger: 1, Add: 1 });
    expect(largestDifference((await resultOf(made)).data, (await resultOf(gemm)).data)).toBeLessThan(0.06);
  });

  test('layers that share an activation quantize it once, as q, k and v do', () => {
    const made = dynamicInt8(
      modelOf({
        nodes: [
          makeNode('MatMul', ['x', 'q'], ['a']),
          makeNode('MatMul', ['x', 'k'], ['b']),
          makeNode('MatMul', ['x', 'v'], ['c']),
          makeNode('Sum', ['a', 'b', 'c'], ['y']),
        ],
        initializers: ['q', 'k', 'v'].map((name, i) => weight(name, inputs, outputs, i)),
      }),
    );
    expect(counts(made)).toMatchObject({ DynamicQuantizeLinear: 1, MatMulInteger: 3 });
  });

  test('layers that share a weight keep one quantized copy of it, as in ALBERT', async () => {
    const square = modelOf({
      nodes: [
        makeNode('MatMul', ['x', 'w'], ['a']),
        makeNode('Tanh', ['a'], ['b']),
        makeNode('MatMul', ['b', 'w'], ['y']),
      ],
      initializers: [weight('w', inputs, inputs)],
    });
    const made = dynamicInt8(square);
    expect(counts(made)).toMatchObject({ DynamicQuantizeLinear: 2, MatMulInteger: 2 });
    expect(initializerNames(made)).toEqual(['w_quantized', 'w_scale', 'w_zero_point']);
    expect(largestDifference((await resultOf(made)).data, (await resultOf(square)).data)).toBeLessThan(0.1);
  });

  test('a weight behind a Transpose, as exporters leave it', async () => {
    const turned = modelOf({
      nodes: [makeNode('Transpose', ['w'], ['wt']), makeNode('MatMul', ['x', 'wt'], ['y'])],
      initializers: [weight('w', outputs, inputs)],
    });
    const made = dynamicInt8(turned);
    expect(counts(made)).toMatchObject({ MatMulInteger: 1 });
    expect(initializerNames(made)).not.toContain('w');
    expect(largestDifference((await resultOf(made)).data, (await resultOf(turned)).data)).toBeLessThan(0.06);
  });

  test('a model of IR version 3, whose weights stand among its inputs', async () => {
    const old = smallModel({
      inputs: { x: `float[n,${inputs}]`, w: `float[${inputs},${outputs}]` },
      outputs: { y: 'float' },
      nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
      initializers: [w],
      opset: 8,
      irVersion: 3,
    });
    const made = dynamicInt8(old);
    expect(counts(made)).toMatchObject({ MatMulInteger: 1 });
    expect(made.proto.graph.input.map(({ name }) => name)).toEqual(['x']);
    expect([made.proto.irVersion, opsetVersion(made)]).toEqual([4, 11]);
    expect(largestDifference((await resultOf(made)).data, (await resultOf(plain)).data)).toBeLessThan(0.06);
  });

  test('raises an old opset, converting its nodes, and leaves a new one alone', async () => {
    const nodes = [
      makeNode('MatMul', ['x', 'w'], ['a']),
      makeNode('Clip', ['a'], ['b'], { attributes: { min: { float: -1 }, max: { float: 1 } } }),
      makeNode('Slice', ['b'], ['y'], {
        attributes: { starts: { ints: [0] }, ends: { ints: [10] }, axes: { ints: [1] } },
      }),
    ];
    const old = modelOf({ nodes, initializers: [w], opset: 9 });
    const made = dynamicInt8(old);
    expect(opsetVersion(made)).toBe(11);
    expect(largestDifference((await resultOf(made)).data, (await resultOf(old)).data)).toBeLessThan(0.06);
    expect(opsetVersion(dynamicInt8({ ...plain }))).toBe(17);
  });

  test('a layer whose output is one of the model, and a bias that follows', async () => {
    const both = modelOf({
      outputs: { h: 'float', y: 'float' },
      nodes: [makeNode('MatMul', ['x', 'w'], ['h']), makeNode('Add', ['b', 'h'], ['y'])],
      initializers: [w, floats('b', [outputs], new Array(outputs).fill(0.5))],
    });
    const made = await runModel(dynamicInt8(both), feeds);
    expect(
      largestDifference(
        made.y.data,
        Array.from(made.h.data, (value) => Number(value) + 0.5),
      ),
    ).toBeLessThan(1e-6);
  });

  test('layers in branches stay as they are', async () => {
    const branch = smallGraph({ outputs: { r: 'float' }, nodes: [makeNode('MatMul', ['x', 'w'], ['r'])] });
    const branching = modelOf({
      nodes: [
        makeNode('MatMul', ['x', 'w'], ['a']),
        makeNode('ReduceMax', ['a'], ['top'], { attributes: { keepdims: { int: 0 } } }),
        makeNode('Greater', ['top', 'limit'], ['yes']),
        ifNode('yes', ['y'], branch, branch),
      ],
      initializers: [w, floats('limit', [], [0])],
    });
    const made = dynamicInt8(branching);
    expect(initializerNames(made)).toContain('w');
    expect((await resultOf(made)).data).toEqual((await resultOf(branching)).data);
  });
});

describe('embedding tables', () => {
  const rows = 512;
  const columns = 32;
  const table = weight('table', rows, columns, 9);
  const ids = { ids: int64([2, 3], [0, 511, 7, 7, 100, -1]) };

  test('become S8 with a scale for each row, used by every Gather', async () => {
    const model = smallModel({
      inputs: { ids: 'int64[n,m]' },
      outputs: { y: 'float', z: 'float' },
      nodes: [
        makeNode('Gather', ['table', 'ids'], ['y']),
        makeNode('Gather', ['table', 'ids'], ['a'], { attributes: { axis: { int: 0 } } }),
        makeNode('Neg', ['a'], ['z']),
      ],
      initializers: [table],
    });
    const made = dynamicInt8(model);
    expect(initializerNames(made)).toEqual(['table_quantized', 'table_scale']);
    const { values, scales } = quantizeRows(tensorFloats(model, table), rows, columns);
    const expected = [0, 511, 7, 7, 100, 511].flatMap((row) =>
      Array.from({ length: columns }, (_, i) => values[row * columns + i] * scales[row]),
    );
    const { y, z } = await runModel(made, ids);
    expect(y.dims).toEqual([2, 3, columns]);
    expect(largestDifference(y.data, expected)).toBeLessThan(1e-6);
    expect(
      largestDifference(
        z.data,
        expected.map((value) => -value),
      ),
    ).toBeLessThan(1e-6);
  });

  test('that a prediction head is tied to are quantized for both, and leave the file', async () => {
    const model = smallModel({
      inputs: { ids: 'int64[n]' },
      outputs: { y: 'float' },
      nodes: [
        makeNode('Gather', ['table', 'ids'], ['h']),
        makeNode('Gemm', ['h', 'table'], ['y'], { attributes: { transB: { int: 1 } } }),
      ],
      initializers: [table],
    });
    const made = dynamicInt8(model);
    expect(initializerNames(made)).not.toContain('table');
    const some = { ids: int64([3], [1, 2, 500]) };
    const [before, after] = [(await runModel(model, some)).y, (await runModel(made, some)).y];
    expect(after.dims).toEqual([3, rows]);
    expect(largestDifference(after.data, before.data)).toBeLessThan(0.15);
  });
});
