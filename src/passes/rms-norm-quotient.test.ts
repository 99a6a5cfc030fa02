import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { largestDifference, runOnFloats } from '../../test/support/run-model.js';
import { floats, integers, scalar, smallModel, wiring } from '../../test/support/small-model.js';
import { makeNode, type NodeProto, type OnnxModel } from '../onnx/index.js';
import { divideByRoots } from './rms-norm-quotient.js';

const width = 16;

function modelOf(nodes: readonly NodeProto[]): OnnxModel {
  return smallModel({
    inputs: { x: `float[n,${width}]` },
    outputs: { y: 'float' },
    nodes,
    initializers: [
      scalar('two', 2),
      scalar('epsilon', 1e-6),
      integers('last', [-1]),
      floats('gamma', [width], [...randomMatrix(1, width, 2).data]),
    ],
    opset: 20,
  });
}

const root = [
  makeNode('Pow', ['x', 'two'], ['squares']),
  makeNode('ReduceMean', ['squares', 'last'], ['mean']),
  makeNode('Add', ['mean', 'epsilon'], ['safe']),
  makeNode('Sqrt', ['safe'], ['root']),
];
const reciprocal = makeNode('Reciprocal', ['root'], ['inverse']);

describe('divideByRoots', () => {
  test.each([
    ['x first', ['x', 'inverse']],
    ['x second', ['inverse', 'x']],
  ])('writes an RMSNorm as a quotient, %s', async (_, factors) => {
    const tail = makeNode('Mul', ['normal', 'gamma'], ['y']);
    const model = modelOf([...root, reciprocal, makeNode('Mul', factors, ['normal']), tail]);
    const made = divideByRoots(model);
    expect(wiring(made).slice(-2)).toEqual(['Div(x, root) -> normal', 'Mul(normal, gamma) -> y']);
    expect(divideByRoots(made)).toEqual(made);
    const x = randomMatrix(5, width, 1).data;
    const before = await runOnFloats(model, [5, width], x);
    expect(largestDifference(await runOnFloats(made, [5, width], x), before)).toBeLessThan(1e-5);
  });

  test('leaves a reciprocal of something else, and one that something else uses', () => {
    const other = modelOf([makeNode('Reciprocal', ['x'], ['inverse']), makeNode('Mul', ['x', 'inverse'], ['y'])]);
    expect(divideByRoots(other).proto.graph.node).toEqual(other.proto.graph.node);
    const shared = modelOf([
      ...root,
      reciprocal,
      makeNode('Mul', ['x', 'inverse'], ['normal']),
      makeNode('Add', ['normal', 'inverse'], ['y']),
    ]);
    expect(wiring(divideByRoots(shared)).slice(-3)).toEqual([
      'Reciprocal(root) -> inverse',
      'Div(x, root) -> normal',
      'Add(normal, inverse) -> y',
    ]);
  });
});
