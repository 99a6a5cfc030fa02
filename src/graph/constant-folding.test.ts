import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { largestDifference, runOnFloats } from '../../test/support/run-model.js';
import { floats, initializerNames, integers, scalar, smallModel, wiring } from '../../test/support/small-model.js';
import {
  type AttributeProto,
  dataType,
  makeNode,
  makeTensor,
  type NodeProto,
  type TensorProto,
  tensorFloats,
  tensorIntegers,
} from '../onnx/index.js';
import { foldConstants } from './constant-folding.js';
import { removeDeadNodes } from './dead-nodes.js';

const constant = (name: string, attribute: Partial<AttributeProto>): NodeProto => ({
  ...makeNode('Constant', [], [name]),
  attribute: [{ floats: [], ints: [], strings: [], tensors: [], graphs: [], ...attribute }],
});

describe('foldConstants', () => {
  test('folds a chain that assembles a shape', () => {
    const model = smallModel({
      inputs: { x: 'float[2,6]' },
      outputs: { y: 'float' },
      nodes: [
        makeNode('Shape', ['w'], ['dims']),
        makeNode('Gather', ['dims', 'zero'], ['rows']),
        makeNode('Unsqueeze', ['rows', 'axis'], ['rows_vector']),
        makeNode('Concat', ['rows_vector', 'rest'], ['shape'], { attributes: { axis: { int: 0 } } }),
        makeNode('Reshape', ['x', 'shape'], ['y']),
      ],
      initializers: [
        floats('w', [3, 2], [1, 2, 3, 4, 5, 6]),
        makeTensor('zero', dataType.int64, [], BigInt64Array.of(0n)),
        integers('axis', [0]),
        integers('rest', [-1]),
      ],
    });
    const folded = removeDeadNodes(foldConstants(model));
    expect(wiring(folded)).toEqual(['Reshape(x, shape) -> y']);
    expect(initializerNames(folded)).toEqual(['shape']);
    expect(tensorIntegers(folded, folded.proto.graph.initializer[0])).toEqual([3, -1]);
  });

  test('transposes a weight, and leaves what is wanted as it was', async () => {
    const w = randomMatrix(4, 6, 1);
    const model = smallModel({
      inputs: { x: 'float[1,6]' },
      outputs: { y: 'float', w: 'float' },
      nodes: [makeNode('Transpose', ['w'], ['wt']), makeNode('MatMul', ['x', 'wt'], ['y'])],
      initializers: [floats('w', [4, 6], [...w.data])],
    });
    const folded = foldConstants(model);
    expect(wiring(folded)).toEqual(['MatMul(x, wt) -> y']);
    expect(initializerNames(folded)).toEqual(['w', 'wt']);
    const x = randomMatrix(1, 6, 2).data;
    expect(largestDifference(await runOnFloats(folded, [1, 6], x), await runOnFloats(model, [1, 6], x))).toBe(0);
  });

  test('folds nodes in whatever order they come', () => {
    const model = smallModel({
      outputs: { y: 'float' },
      nodes: [
        makeNode('Identity', ['b'], ['y']),
        makeNode('Add', ['a', 'a'], ['b']),
        makeNode('Add', ['w', 'w'], ['a']),
      ],
      initializers: [scalar('w', 1)],
    });
    const folded = removeDeadNodes(foldConstants(model));
    expect(wiring(folded)).toEqual(['Identity(b) -> y']);
    expect([...tensorFloats(folded, folded.proto.graph.initializer[0])]).toEqual([4]);
  });

  test('leaves outputs of the graph to nodes, and folds what else uses their inputs', () => {
    const model = smallModel({
      inputs: { x: 'float' },
      outputs: { sum: 'float', y: 'float' },
      nodes: [makeNode('Add', ['w', 'w'], ['sum']), makeNode('Mul', ['x', 'sum'], ['y'])],
      initializers: [scalar('w', 1)],
    });
    expect(wiring(foldConstants(model))).toEqual(['Add(w, w) -> sum', 'Mul(x, sum) -> y']);
  });

  test('does not take for constant what a caller may feed', () => {
    const model = smallModel({
      inputs: { x: 'int64[1]', byDefault: 'int64[1]' },
      outputs: { y: 'int64' },
      nodes: [makeNode('Add', ['byDefault', 'one'], ['sum']), makeNode('Add', ['x', 'sum'], ['y'])],
      initializers: [integers('byDefault', [5]), integers('one', [1])],
    });
    expect(wiring(foldConstants(model))).toEqual(['Add(byDefault, one) -> sum', 'Add(x, sum) -> y']);
  });

  test('lets a result grow only as far as a mask or a shape would', () => {
    const ones = (name: string, dims: readonly number[]) =>
      floats(name, dims, new Array(dims.reduce((a, b) => a * b)).fill(1));
    const model = smallModel({
      outputs: { small: 'float', large: 'float' },
      nodes: [
        makeNode('Mul', ['column', 'row'], ['a']),
        makeNode('Identity', ['a'], ['small']),
        makeNode('Mul', ['long_column', 'row'], ['b']),
        makeNode('Identity', ['b'], ['large']),
      ],
      initializers: [ones('column', [128, 1]), ones('row', [1, 512]), ones('long_column', [256, 1])],
    });
    expect(wiring(foldConstants(model))).toEqual([
      'Identity(a) -> small',
      'Mul(long_column, row) -> b',
      'Identity(b) -> large',
    ]);
  });

  test('leaves other domains, and operators with several outputs', () => {
    const model = smallModel({
      outputs: { y: 'float', z: 'float' },
      nodes: [
        makeNode('Add', ['w', 'w'], ['a'], { domain: 'com.example' }),
        makeNode('Identity', ['a'], ['y']),
        makeNode('Identity', ['w'], ['b', 'c']),
        makeNode('Identity', ['b'], ['z']),
      ],
      initializers: [scalar('w', 1)],
      domains: { 'com.example': 1 },
    });
    expect(foldConstants(model).proto.graph.node).toHaveLength(4);
  });
});

describe('Constant nodes become initializers', () => {
  const cases: Readonly<Record<string, [Partial<AttributeProto>, Partial<TensorProto>]>> = {
    'of a tensor': [{ name: 'value', type: 4, t: floats('inside', [2], [1, 2]) }, floats('c', [2], [1, 2])],
    'of a float': [{ name: 'value_float', type: 1, f: 1.5 }, scalar('c', 1.5)],
    'of a float that is left out for being 0': [{ name: 'value_float', type: 1 }, scalar('c', 0)],
    'of floats': [{ name: 'value_floats', type: 6, floats: [1, 2] }, floats('c', [2], [1, 2])],
    'of an integer': [
      { name: 'value_int', type: 2, i: 2n ** 63n - 1n },
      makeTensor('c', dataType.int64, [], BigInt64Array.of(2n ** 63n - 1n)),
    ],
    'of integers': [{ name: 'value_ints', type: 7, ints: [1n, -1n] }, integers('c', [1, -1])],
  };

  test.each(Object.entries(cases))('%s', (_, [attribute, tensor]) => {
    const model = smallModel({
      inputs: { x: 'float' },
      outputs: { y: 'float' },
      nodes: [constant('c', attribute), makeNode('Foo', ['x', 'c'], ['y'])],
    });
    const folded = foldConstants(model);
    expect(wiring(folded)).toEqual(['Foo(x, c) -> y']);
    expect(folded.proto.graph.initializer).toEqual([tensor]);
  });

  test.each([
    ['of a string', { name: 'value_string', type: 3, s: new Uint8Array([97]) }],
    [
      'of data in another file, which only initializers may have',
      {
        name: 'value',
        type: 4,
        t: {
          ...floats('t', [1], []),
          rawData: undefined,
          dataLocation: 1,
          externalData: [{ key: 'location', value: 'd' }],
        },
      },
    ],
  ])('but not those %s', (_, attribute) => {
    const model = smallModel({
      outputs: { y: 'string' },
      nodes: [constant('c', attribute), makeNode('Identity', ['c'], ['y'])],
    });
    expect(foldConstants(model).proto.graph.node).toHaveLength(2);
  });
});
