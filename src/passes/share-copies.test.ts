import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { largestDifference, runOnFloats } from '../../test/support/run-model.js';
import { floats, initializerNames, operators, smallModel, wiring } from '../../test/support/small-model.js';
import { foldConstants } from '../graph/index.js';
import { int64Tensor, makeNode, type OnnxModel } from '../onnx/index.js';
import { shareCopies } from './share-copies.js';

function transposed(values: Float32Array, height: number, width: number): number[] {
  return Array.from(values, (_, i) => values[(i % height) * width + Math.floor(i / height)]);
}

const rows = 40;
const columns = 32;
const matrix = randomMatrix(rows, columns, 1).data;
const w = floats('w', [rows, columns], [...matrix]);
const turned = floats('turned', [columns, rows], transposed(matrix, rows, columns));

/** y = x W, z = y V */
function productOf(...weights: readonly (typeof w)[]): OnnxModel {
  return smallModel({
    inputs: { x: 'float[n,40]' },
    outputs: { z: 'float' },
    nodes: [makeNode('MatMul', ['x', 'w'], ['y']), makeNode('MatMul', ['y', 'turned'], ['z'])],
    initializers: weights,
  });
}

async function expectSame(shared: OnnxModel, model: OnnxModel): Promise<void> {
  const x = randomMatrix(2, rows, 3).data;
  expect(largestDifference(await runOnFloats(shared, [2, rows], x), await runOnFloats(model, [2, rows], x))).toBe(0);
}

describe('shareCopies', () => {
  test('makes a transposed copy from the weight that is there', async () => {
    const model = productOf(w, turned);
    const shared = shareCopies(model);
    expect(initializerNames(shared)).toEqual(['w']);
    expect(operators(shared)).toEqual(['MatMul', 'Transpose', 'MatMul']);
    await expectSame(shared, model);
  });

  test('knows a square matrix from its transposed one', async () => {
    const square = randomMatrix(rows, rows, 5).data;
    const model = smallModel({
      inputs: { x: 'float[n,40]' },
      outputs: { z: 'float' },
      nodes: [makeNode('MatMul', ['x', 'a'], ['y']), makeNode('MatMul', ['y', 'b'], ['z'])],
      initializers: [floats('a', [rows, rows], [...square]), floats('b', [rows, rows], transposed(square, rows, rows))],
    });
    const shared = shareCopies(model);
    expect(operators(shared)).toEqual(['MatMul', 'Transpose', 'MatMul']);
    await expectSame(shared, model);
  });

  test('keeps one of two equal tensors, in another shape if need be', async () => {
    const model = productOf(w, floats('turned', [columns, rows], [...matrix]));
    const shared = shareCopies(model);
    expect(operators(shared)).toEqual(['MatMul', 'Reshape', 'MatMul']);
    await expectSame(shared, model);
    const twice = smallModel({
      inputs: { x: 'float[n,40]' },
      outputs: { y: 'float', z: 'float' },
      nodes: [makeNode('MatMul', ['x', 'w'], ['y']), makeNode('MatMul', ['x', 'v'], ['z'])],
      initializers: [w, { ...w, name: 'v' }],
    });
    expect(wiring(shareCopies(twice))).toEqual(['MatMul(x, w) -> y', 'MatMul(x, w) -> z']);
  });

  test('leaves others alone: weights that differ in one element, small ones, what can be fed', () => {
    const almost = [...matrix];
    almost[700] += 1;
    const models = [productOf(w, floats('turned', [columns, rows], almost))];
    const small = smallModel({
      inputs: { x: 'float[n,4]' },
      outputs: { y: 'float', z: 'float' },
      nodes: [makeNode('MatMul', ['x', 'a'], ['y']), makeNode('MatMul', ['x', 'b'], ['z'])],
      initializers: ['a', 'b'].map((name) => floats(name, [4, 4], new Array(16).fill(1))),
    });
    const fed = smallModel({
      inputs: { x: 'float[n,40]', v: 'float[40,32]' },
      outputs: { y: 'float', z: 'float' },
      nodes: [makeNode('MatMul', ['x', 'w'], ['y']), makeNode('MatMul', ['x', 'v'], ['z'])],
      initializers: [w, { ...w, name: 'v' }, floats('u', [1], [1])],
    });
    for (const model of [...models, small]) {
      expect(wiring(shareCopies(model))).toEqual(wiring(model));
      expect(initializerNames(shareCopies(model))).toEqual(initializerNames(model));
    }
    expect(wiring(shareCopies(fed))).toEqual(wiring(fed));
  });
});

describe('folding with shared weights', () => {
  test('gives one result for all nodes that do the same to a weight', async () => {
    const layers = 6;
    const model = smallModel({
      inputs: { x: 'float[n,40]' },
      outputs: { y6: 'float' },
      nodes: Array.from({ length: layers }, (_, i) => [
        makeNode('Identity', ['w'], [`same${i}`]),
        makeNode('Cast', [`same${i}`], [`cast${i}`], { attributes: { to: { int: 1 } } }),
        makeNode('Transpose', [`cast${i}`], [`t${i}`], { attributes: { perm: { ints: [1, 0] } } }),
        makeNode('MatMul', [i === 0 ? 'x' : `y${i}`, `t${i}`], [`y${i + 1}`]),
      ]).flat(),
      initializers: [floats('w', [rows, rows], [...randomMatrix(rows, rows, 5).data])],
    });
    const folded = foldConstants(model);
    expect(wiring(folded)).toEqual(
      Array.from({ length: layers }, (_, i) => `MatMul(${i === 0 ? 'x' : `y${i}`}, t0) -> y${i + 1}`),
    );
    await expectSame(folded, model);
  });

  test('tells transformations apart', async () => {
    const model = smallModel({
      inputs: { x: 'float[2,40]' },
      outputs: { y: 'float' },
      nodes: [
        makeNode('Slice', ['w', 'from0', 'to1', 'axis'], ['first']),
        makeNode('Slice', ['w', 'from1', 'to2', 'axis'], ['second']),
        makeNode('Slice', ['w', 'also0', 'to1', 'axis'], ['again']),
        ...['first', 'second', 'again'].map((part) => makeNode('MatMul', ['x', part], [`x_${part}`])),
        makeNode('Concat', ['x_first', 'x_second', 'x_again'], ['y'], { attributes: { axis: { int: 1 } } }),
      ],
      initializers: [
        floats('w', [rows, 64], [...randomMatrix(rows, 64, 5).data]),
        ...Object.entries({ from0: 0, also0: 0, to1: 32, from1: 32, to2: 64, axis: 1 }).map(([name, value]) =>
          int64Tensor(name, [1], [value]),
        ),
      ],
    });
    const folded = foldConstants(model);
    expect(wiring(folded).slice(0, 3)).toEqual([
      'MatMul(x, first) -> x_first',
      'MatMul(x, second) -> x_second',
      'MatMul(x, first) -> x_again',
    ]);
    await expectSame(folded, model);
  });
});
