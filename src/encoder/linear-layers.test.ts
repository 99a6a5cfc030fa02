import { describe, expect, test } from 'vitest';
import { floats, integers, type SmallModel, smallModel } from '../../test/support/small-model.js';
import { type AttributeValue, dataType, makeNode, makeTensor, type TensorProto } from '../onnx/index.js';
import { embeddingTables } from './embedding-tables.js';
import { layerWeights, linearLayers } from './linear-layers.js';

const counted = (name: string, dims: readonly number[]): TensorProto =>
  floats(
    name,
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );

const w = counted('w', [32, 48]);

function modelOf(model: Partial<SmallModel>) {
  return smallModel({
    inputs: { x: 'float[n,32]' },
    outputs: { y: 'float' },
    nodes: [],
    initializers: [w],
    ...model,
  });
}

describe('linearLayers', () => {
  test('finds a MatMul by a constant matrix', () => {
    const node = makeNode('MatMul', ['x', 'w'], ['y']);
    expect(linearLayers(modelOf({ nodes: [node] }))).toEqual([
      { node, activation: 'x', weight: w, transposed: false, inputs: 32, outputs: 48 },
    ]);
  });

  const gemm = (attributes: Readonly<Record<string, AttributeValue>>, inputs = ['x', 'w', 'b']) =>
    modelOf({ nodes: [makeNode('Gemm', inputs, ['y'], { attributes })], initializers: [w, counted('b', [48])] });

  test.each([
    ['plain', gemm({}), { transposed: false, inputs: 32, outputs: 48, bias: 'b' }],
    ['transposed', gemm({ transB: { int: 1 } }), { transposed: true, inputs: 48, outputs: 32, bias: 'b' }],
    ['without bias', gemm({}, ['x', 'w']), { transposed: false, bias: undefined }],
    ['with a bias that is left out', gemm({}, ['x', 'w', '']), { bias: undefined }],
    ['with factors of 1', gemm({ alpha: { float: 1 }, beta: { float: 1 } }), { inputs: 32 }],
  ])('finds a Gemm, %s', (_, model, expected) => {
    expect(linearLayers(model)[0]).toMatchObject(expected);
  });

  test.each([
    ['a Gemm of a transposed input', gemm({ transA: { int: 1 } })],
    ['a Gemm with a factor', gemm({ alpha: { float: 0.5 } })],
    ['a Gemm with a factor for its bias', gemm({ beta: { float: 2 } })],
    ['a product of two activations', modelOf({ nodes: [makeNode('MatMul', ['x', 'x'], ['y'])] })],
    ['a weight on the left', modelOf({ nodes: [makeNode('MatMul', ['w', 'x'], ['y'])] })],
    [
      'a small weight',
      modelOf({ nodes: [makeNode('MatMul', ['x', 'w'], ['y'])], initializers: [counted('w', [32, 31])] }),
    ],
    [
      'a stack of matrices',
      modelOf({ nodes: [makeNode('MatMul', ['x', 'w'], ['y'])], initializers: [counted('w', [2, 32, 32])] }),
    ],
    [
      'half precision',
      modelOf({
        nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
        initializers: [makeTensor('w', dataType.float16, [32, 32], new Uint16Array(1024))],
      }),
    ],
    ['another domain', modelOf({ nodes: [makeNode('MatMul', ['x', 'w'], ['y'], { domain: 'com.example' })] })],
  ])('leaves %s', (_, model) => {
    expect(linearLayers(model)).toEqual([]);
  });

  test('gives weights as [inputs × outputs], whichever way they are stored', () => {
    const small = counted('w', [32, 48]);
    const plain = gemm({});
    const [layer] = linearLayers(plain);
    expect(layerWeights(plain, layer)[48 * 3 + 5]).toBe(48 * 3 + 5);
    const turned = gemm({ transB: { int: 1 } });
    const [transposed] = linearLayers(turned);
    // Input 3, output 5: row 5, column 3 of what is stored.
    expect(layerWeights(turned, transposed)[32 * 3 + 5]).toBe(48 * 5 + 3);
    expect(small.dims).toEqual([32, 48]);
  });
});

describe('embeddingTables', () => {
  const table = counted('w', [512, 32]);
  const take = (output: string, options: { axis?: number; indices?: string } = {}) =>
    makeNode('Gather', ['w', options.indices ?? 'ids'], [output], {
      attributes: options.axis === undefined ? {} : { axis: { int: options.axis } },
    });
  const tablesOf = (nodes: SmallModel['nodes'], model: Partial<SmallModel> = {}) =>
    embeddingTables(modelOf({ inputs: { ids: 'int64[n]' }, nodes, initializers: [table], ...model }));

  test('finds a table that several Gathers use', () => {
    const nodes = [take('a'), take('b', { axis: 0 }), take('c', { axis: -2 })];
    expect(tablesOf(nodes)).toEqual([{ table, rows: 512, columns: 32, gathers: nodes }]);
  });

  test('finds a table whose rows are scaled', () => {
    const nodes = [take('a'), makeNode('Mul', ['a', 'root'], ['b'])];
    expect(tablesOf(nodes, { initializers: [table, counted('root', [])] })).toHaveLength(1);
  });

  test('finds a table that a prediction head is tied to', () => {
    const head = makeNode('Gemm', ['a', 'w'], ['y'], { attributes: { transB: { int: 1 } } });
    expect(tablesOf([take('a'), head])[0].gathers).toEqual([take('a')]);
  });

  test.each([
    ['that columns are taken of', [take('a', { axis: 1 })], {}],
    ['that another operator uses as well', [take('a'), makeNode('Slice', ['w', 's', 'e'], ['b'])], {}],
    ['that nobody gathers from', [makeNode('Gemm', ['x', 'w'], ['y'], { attributes: { transB: { int: 1 } } })], {}],
    ['that is small', [take('a')], { initializers: [counted('w', [2, 384])] }],
    ['that is no matrix', [take('a')], { initializers: [counted('w', [512, 4, 8])] }],
    ['of integers', [take('a')], { initializers: [integers('w', new Array(16384).fill(1))] }],
    ['that is an output as well', [take('a')], { outputs: { w: 'float' } }],
    [
      'of rotary angles',
      [
        take('a', { indices: 'places' }),
        makeNode('Concat', ['a', 'a'], ['b'], { attributes: { axis: { int: -1 } } }),
        makeNode('Mul', ['x', 'b'], ['c']),
      ],
      {},
    ],
  ])('leaves a table %s', (_, nodes, model) => {
    expect(tablesOf(nodes, model)).toEqual([]);
  });
});
