import { describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import { int64Tensor, makeNode, type OnnxModel, type SparseTensorProto, tensorFloats } from '../onnx/index.js';
import { writeOutZeros } from './dense-tensors.js';

function modelWith(sparse: SparseTensorProto): OnnxModel {
  const model = smallModel({
    inputs: { x: 'float[n,2]' },
    outputs: { y: 'float' },
    nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
  });
  return { ...model, proto: { ...model.proto, graph: { ...model.proto.graph, sparseInitializer: [sparse] } } };
}

const dims = [2, 3];
const values = floats('w', [2], [5, 7]);

describe('writeOutZeros', () => {
  test.each<[string, SparseTensorProto]>([
    ['counts elements', { values, dims, indices: int64Tensor('', [2], [1, 5]) }],
    ['gives places', { values, dims, indices: int64Tensor('', [2, 2], [0, 1, 1, 2]) }],
  ])('with an index that %s', (_, sparse) => {
    const dense = writeOutZeros(modelWith(sparse));
    const { initializer, sparseInitializer } = dense.proto.graph;
    expect(sparseInitializer).toEqual([]);
    expect(initializer[0]).toMatchObject({ name: 'w', dims });
    expect([...tensorFloats(dense, initializer[0])]).toEqual([0, 5, 0, 0, 0, 7]);
  });

  test('in Constant nodes', () => {
    const constant = makeNode('Constant', [], ['y']);
    const sparseTensor = { values, dims, indices: int64Tensor('', [2], [1, 5]) };
    const attribute = [
      { name: 'sparse_value', type: 11, sparseTensor, floats: [], ints: [], strings: [], tensors: [], graphs: [] },
    ];
    const dense = writeOutZeros(smallModel({ outputs: { y: 'float' }, nodes: [{ ...constant, attribute }] }));
    expect(dense.proto.graph.node[0].attribute).toMatchObject([{ name: 'value', t: { dims } }]);
  });

  test('leaves other models as they are', () => {
    const plain = smallModel({ outputs: { y: 'float' }, nodes: [makeNode('Relu', ['x'], ['y'])] });
    expect(writeOutZeros(plain)).toBe(plain);
  });

  test.each<[string, SparseTensorProto, string]>([
    ['an index outside', { values, dims, indices: int64Tensor('', [2], [1, 6]) }, 'ONNX_CORRUPT'],
    ['a place outside', { values, dims, indices: int64Tensor('', [2, 2], [0, 4, 1, 2]) }, 'ONNX_CORRUPT'],
    ['too few indices', { values, dims, indices: int64Tensor('', [1], [1]) }, 'ONNX_CORRUPT'],
    ['no indices', { values, dims }, 'ONNX_CORRUPT'],
    [
      'a size beyond all limits',
      { values, dims: [2 ** 20, 2 ** 20], indices: int64Tensor('', [2], [1, 5]) },
      'ONNX_LIMIT',
    ],
  ])('refuses %s', (_, sparse, code) => {
    expect(() => writeOutZeros(modelWith(sparse))).toThrow(expect.objectContaining({ code }));
  });
});
