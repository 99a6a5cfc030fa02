import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { float32, largestDifference, runModel } from '../../test/support/run-model.js';
import { floats, scalar, smallModel } from '../../test/support/small-model.js';
import { dataType, makeNode, makeTensor, type OnnxModel, tensorFloats } from '../onnx/index.js';
import { hasDoubleWeights, widen } from './widen.js';

const w = randomMatrix(32, 64, 1).data;
const doubles = (name: string, dims: readonly number[], values: ArrayLike<number>) =>
  makeTensor(name, dataType.double, dims, Float64Array.from(values));
const toDouble = { attributes: { to: { int: dataType.double } } };

const model: OnnxModel = smallModel({
  inputs: { x: 'float[2,32]' },
  outputs: { y: 'double[2,64]' },
  nodes: [
    makeNode('Cast', ['x'], ['d'], toDouble),
    makeNode('MatMul', ['d', 'w'], ['m']),
    makeNode('Max', ['m', 'lowest'], ['y']),
  ],
  initializers: [doubles('w', [32, 64], w), doubles('lowest', [], [-Number.MAX_VALUE])],
});

describe('a model of doubles', () => {
  test('is rounded to FP32 as a whole, its output included', async () => {
    expect(hasDoubleWeights(model)).toBe(true);
    const float = widen(model);
    expect(hasDoubleWeights(float)).toBe(false);
    const { y } = await runModel(float, { x: float32([2, 32], randomMatrix(2, 32, 2).data) });
    expect(y.type).toBe('float32');
    const exact = smallModel({
      inputs: { x: 'float[2,32]' },
      outputs: { y: 'float' },
      nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
      initializers: [floats('w', [32, 64], [...w])],
    });
    const expected = await runModel(exact, { x: float32([2, 32], randomMatrix(2, 32, 2).data) });
    expect(largestDifference(y.data, expected.y.data)).toBe(0);
  });

  test('has finite numbers for the lowest doubles', () => {
    const float = widen(model);
    const lowest = float.proto.graph.initializer.find(({ name }) => name === 'lowest');
    expect(lowest && [...tensorFloats(float, lowest)]).toEqual([Math.fround(-3.4028234663852886e38)]);
  });
});

test('a chain of doubles that computes a scale does not make a model one of doubles', () => {
  const chain = smallModel({
    inputs: { x: 'float[2]' },
    outputs: { y: 'float' },
    nodes: [makeNode('Cast', ['s'], ['d'], toDouble), makeNode('Mul', ['x', 's'], ['y'])],
    initializers: [scalar('s', 2), doubles('unused', [2], [1, 2])],
  });
  expect(hasDoubleWeights(chain)).toBe(false);
  expect(widen(chain).proto.graph.node[0]).toEqual(chain.proto.graph.node[0]);
});
