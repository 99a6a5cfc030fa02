import { expect, test } from 'vitest';
import { float32, largestDifference, runModel } from '../../test/support/run-model.js';
import { floats, scalar, smallModel } from '../../test/support/small-model.js';
import { makeNode, type OnnxModel } from '../onnx/index.js';
import { optimize } from '../passes/index.js';
import { dynamicInt8 } from './dynamic-int8.js';
import { fp16 } from './half/fp16.js';

const weights = floats(
  'w',
  [32, 32],
  Array.from({ length: 1024 }, (_, i) => Math.sin(i)),
);
const bias = floats(
  'b',
  [32],
  Array.from({ length: 32 }, (_, i) => Math.cos(i)),
);

function modelWith(inputs: Readonly<Record<string, string>>): OnnxModel {
  return smallModel({
    inputs: { x: 'float[n,32]', ...inputs },
    outputs: { y: 'float' },
    nodes: [
      makeNode('MatMul', ['x', 'w'], ['h']),
      makeNode('Add', ['h', 'b'], ['s']),
      makeNode('Mul', ['s', 'temperature'], ['y']),
    ],
    initializers: [weights, bias, scalar('temperature', 1)],
  });
}

const names = (model: OnnxModel) => model.proto.graph.input.map(({ name }) => name);

test('where all weights are inputs they are constants', () => {
  const all = modelWith({ w: 'float[32,32]', b: 'float[32]', temperature: 'float[]' });
  expect(names(optimize(all))).toEqual(['x']);
});

test.each<[string, (model: OnnxModel) => OnnxModel]>([
  ['optimize', optimize],
  ['fp16', (model) => fp16(optimize(model)).model],
  ['dynamicInt8', (model) => dynamicInt8(optimize(model))],
])('%s keeps an input that has a value by default', async (_, change) => {
  const model = modelWith({ temperature: 'float[]' });
  const changed = change(model);
  expect(names(changed)).toEqual(['x', 'temperature']);
  // Feeding it is more than ONNX Runtime's JavaScript interface can do: it hides such inputs.
  const x = float32([1, 32], new Array(32).fill(0.5));
  const [{ y }, original] = [await runModel(changed, { x }), await runModel(model, { x })];
  expect(largestDifference(y.data, original.y.data)).toBeLessThan(0.05);
});
