import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { floats, ifNode, smallGraph, smallModel } from '../../test/support/small-model.js';
import { makeNode, type OnnxModel } from '../onnx/index.js';
import { inspectModel } from './inspection.js';
import { leftNote } from './left-weights.js';

const weight = (name: string, ...dims: number[]) =>
  floats(name, dims, [
    ...randomMatrix(
      1,
      dims.reduce((product, dim) => product * dim, 1),
      1,
    ).data,
  ]);

const inside = smallGraph({
  outputs: { r: 'float' },
  nodes: [makeNode('Transpose', ['v'], ['t']), makeNode('MatMul', ['x', 't'], ['r'])],
  initializers: [weight('v', 32, 32)],
});

const model: OnnxModel = smallModel({
  inputs: { x: 'float[2,4,32]', flag: 'bool' },
  outputs: { a: 'float', b: 'float', c: 'float', d: 'float', e: 'float' },
  nodes: [
    makeNode('MatMul', ['x', 'plain'], ['a']),
    makeNode('MatMul', ['x', 'batched'], ['b']),
    makeNode('Einsum', ['x', 'heads'], ['c'], { attributes: { equation: { string: 'bsd,dhk->bshk' } } }),
    makeNode('Conv', ['x', 'kernel'], ['d']),
    ifNode('flag', ['e'], inside, inside),
  ],
  initializers: [
    weight('plain', 32, 32),
    weight('batched', 2, 32, 32),
    weight('heads', 32, 4, 16),
    weight('kernel', 64, 4, 8),
  ],
});

describe('weights that are left in FP32', () => {
  test('are named by what uses them', () => {
    expect(inspectModel(model).left).toEqual([
      { users: 'MatMul with weights of 3 dimensions', tensors: 1, bytes: 8192, inside: false },
      { users: 'Einsum', tensors: 1, bytes: 8192, inside: false },
      { users: 'Conv', tensors: 1, bytes: 8192, inside: false },
      { users: 'MatMul in branches and loops', tensors: 2, bytes: 8192, inside: true },
    ]);
  });

  test('are said in a note; of FP16, those in branches and loops', () => {
    expect(leftNote(model, false)).toBe(
      '32.8 kB of weights stay in FP32: MatMul with weights of 3 dimensions (1), Einsum (1), Conv (1), MatMul in branches and loops (2)',
    );
    expect(leftNote(model, true)).toBe('8.19 kB of weights stay in FP32: MatMul in branches and loops (2)');
  });

  test('are nothing where all is reached', () => {
    const plain = smallModel({
      inputs: { x: 'float[2,32]' },
      outputs: { a: 'float' },
      nodes: [makeNode('MatMul', ['x', 'plain'], ['a'])],
      initializers: [weight('plain', 32, 32)],
    });
    expect([inspectModel(plain).left, leftNote(plain, false)]).toEqual([[], undefined]);
  });
});
