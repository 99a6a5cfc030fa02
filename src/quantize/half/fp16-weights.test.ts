import { expect, test } from 'vitest';
import { randomMatrix } from '../../../test/support/random-matrix.js';
import { largestDifference, runModel } from '../../../test/support/run-model.js';
import { floats, smallModel } from '../../../test/support/small-model.js';
import { dataType, makeNode } from '../../onnx/index.js';
import { fp16Weights, storeHalves } from './fp16-weights.js';

const width = 32;
const weight = [...randomMatrix(width, width, 1).data];

/** Two layers and a bias; the second weight has a number that half precision cannot hold. */
const model = smallModel({
  inputs: { x: `float[n,${width}]` },
  outputs: { y: 'float' },
  nodes: [
    makeNode('MatMul', ['x', 'w'], ['h']),
    makeNode('Add', ['h', 'b'], ['s']),
    makeNode('MatMul', ['s', 'v'], ['y']),
  ],
  initializers: [
    floats('w', [width, width], weight),
    floats('b', [width], weight.slice(0, width)),
    floats('v', [width, width], [1e5, ...weight.slice(1)]),
  ],
});

const typesOf = (made: typeof model) =>
  Object.fromEntries(made.proto.graph.initializer.map(({ name = '', dataType: type }) => [name.split('_')[0], type]));

test('large weights are stored in half precision; small ones, and those beyond its range, stay', () => {
  expect(typesOf(fp16Weights(model))).toEqual({ w: dataType.float16, b: dataType.float, v: dataType.float });
});

test('only what is wanted is stored so', () => {
  expect(typesOf(fp16Weights(model, (name) => name !== 'w'))).toEqual(typesOf(model));
});

test('what comes out is what rounding the weight gives, and types are those of before', async () => {
  const x = { type: 'float32', dims: [2, width], data: randomMatrix(2, width, 3).data } as const;
  const [before, after] = [await runModel(model, { x }), await runModel(fp16Weights(model), { x })];
  expect(after.y.type).toBe('float32');
  const scale = Math.max(...Array.from(before.y.data, (value) => Math.abs(Number(value))));
  expect(largestDifference(after.y.data, before.y.data)).toBeGreaterThan(0);
  expect(largestDifference(after.y.data, before.y.data)).toBeLessThan(1e-3 * scale);
});

test('a weight without a half of its own is left, and the others get theirs', () => {
  const made = storeHalves(model, (tensor, name) =>
    tensor.name === 'v'
      ? undefined
      : { ...tensor, name, dataType: dataType.float16, rawData: new Uint8Array(2 * width ** 2) },
  );
  expect(typesOf(made)).toMatchObject({ w: dataType.float16, v: dataType.float });
  expect(made.proto.graph.node.filter(({ opType }) => opType === 'Cast')).toHaveLength(1);
});
