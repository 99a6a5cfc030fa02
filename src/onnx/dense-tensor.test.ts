import { describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import { denseTensor } from './dense-tensor.js';
import { dataType } from './element-types.js';
import { int64Tensor, makeTensor } from './make-tensor.js';
import type { SparseTensorProto, TensorProto } from './messages.js';
import { tensorFloats, tensorIntegers } from './tensor.js';

const model = smallModel({ outputs: {}, nodes: [] });
const sparse = (dims: number[], values: TensorProto, indices: TensorProto): SparseTensorProto => ({
  dims,
  values,
  indices,
});
const dense = (dims: number[], values: number[], indices: TensorProto) => [
  ...tensorFloats(model, denseTensor(model, sparse(dims, floats('w', [values.length], values), indices))),
];

describe('a sparse tensor written out', () => {
  test('has its values where the indices count elements, zeros elsewhere', () => {
    expect(dense([2, 3], [5, -7], int64Tensor('i', [2], [1, 5]))).toEqual([0, 5, 0, 0, 0, -7]);
  });

  test('has its values where the indices name a place on each axis', () => {
    expect(dense([2, 3], [5, -7], int64Tensor('i', [2, 2], [0, 1, 1, 2]))).toEqual([0, 5, 0, 0, 0, -7]);
    expect(dense([2, 2, 2], [9], int64Tensor('i', [1, 3], [1, 0, 1]))).toEqual([0, 0, 0, 0, 0, 9, 0, 0]);
  });

  test('of one axis takes both kinds of indices', () => {
    for (const shape of [[2], [2, 1]]) {
      expect(dense([4], [1, 2], int64Tensor('i', shape, [3, 0]))).toEqual([2, 0, 0, 1]);
    }
  });

  test('without values is all zeros; without elements, empty', () => {
    expect(dense([3], [], int64Tensor('i', [0], []))).toEqual([0, 0, 0]);
    expect(dense([2, 2], [], int64Tensor('i', [0, 2], []))).toEqual([0, 0, 0, 0]);
    expect(dense([0, 4], [], int64Tensor('i', [0], []))).toEqual([]);
  });

  test('keeps name, type and dimensions, of any type of whole bytes', () => {
    const values = makeTensor('big', dataType.int64, [1], BigInt64Array.of(-(2n ** 62n)));
    const written = denseTensor(model, sparse([1, 2], values, int64Tensor('i', [1], [1])));
    expect(written).toMatchObject({ name: 'big', dataType: dataType.int64, dims: [1, 2] });
    expect(tensorIntegers(model, written)).toEqual([0, -(2 ** 62)]);
    const halves = makeTensor('h', dataType.float16, [1], Uint16Array.of(0x3c00));
    expect([...tensorFloats(model, denseTensor(model, sparse([3], halves, int64Tensor('i', [1], [2]))))]).toEqual([
      0, 0, 1,
    ]);
  });
});

describe('a sparse tensor that is damaged', () => {
  const refused = (tensor: SparseTensorProto) => {
    try {
      return `${denseTensor(model, tensor).dims}`;
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message}`;
    }
  };
  const one = floats('w', [1], [1]);

  test.each<[string, SparseTensorProto, RegExp]>([
    ['has no values', { dims: [2], indices: int64Tensor('i', [0], []) }, /CORRUPT.*tensor "".*no values or no indices/],
    ['has no indices', { dims: [2], values: one }, /CORRUPT.*tensor "w".*no values or no indices/],
    [
      'has more values than indices',
      sparse([4], floats('w', [2], [1, 2]), int64Tensor('i', [1], [0])),
      /1 indices for 2 values/,
    ],
    ['has too few axes', sparse([2, 2, 2], one, int64Tensor('i', [1, 2], [0, 1])), /2 indices for 1 values/],
    ['has negative dimensions', sparse([-2], one, int64Tensor('i', [1], [0])), /CORRUPT.*type 1, dimensions -2/],
    ['has an index behind its end', sparse([2, 2], one, int64Tensor('i', [1], [4])), /index 4 lies outside of 2 × 2/],
    ['has a negative index', sparse([2, 2], one, int64Tensor('i', [1], [-1])), /index -1 lies outside/],
    ['leaves its last axis', sparse([2, 3], one, int64Tensor('i', [1, 2], [0, 4])), /index 0, 4 lies outside of 2 × 3/],
    [
      'leaves its first axis',
      sparse([2, 3], one, int64Tensor('i', [1, 2], [-1, 2])),
      /index -1, 2 lies outside of 2 × 3/,
    ],
    ['has strings', sparse([2], { ...one, dataType: dataType.string }, int64Tensor('i', [1], [0])), /CORRUPT.*type 8/],
    [
      'has elements of half a byte',
      sparse([2], { ...one, dataType: dataType.int4 }, int64Tensor('i', [1], [0])),
      /type 22/,
    ],
    [
      'would take all memory',
      sparse([2 ** 20, 2 ** 20], one, int64Tensor('i', [1], [0])),
      /LIMIT.*1048576 × 1048576 elements/,
    ],
  ])('%s', (_, tensor, message) => {
    expect(refused(tensor)).toMatch(message);
  });

  test('has indices that are no integers', () => {
    expect(refused(sparse([2], one, floats('i', [1], [0])))).toMatch(/UNSUPPORTED.*"i".*integers are expected/);
  });
});
