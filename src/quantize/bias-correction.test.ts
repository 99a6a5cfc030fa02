import { expect, test } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import { linearLayers } from '../encoder/index.js';
import { GraphEditor } from '../graph/index.js';
import { floatTensor, makeNode, type NodeProto, tensorFloats } from '../onnx/index.js';
import { correctBias } from './bias-correction.js';

const inputs = 32;
const outputs = 32;
const weights = new Float32Array(inputs * outputs).fill(0.5);

/** Weights of 0.5 that were rounded to 1: the mean of each output moves by Σ E[x] / 2. */
function corrected(nodes: readonly NodeProto[], dims: readonly number[]) {
  const model = smallModel({
    inputs: { x: `float[tokens,${inputs}]` },
    outputs: { y: 'float' },
    nodes,
    initializers: [
      floatTensor('w', [inputs, outputs], weights),
      floatTensor('b', dims, new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(3)),
    ],
  });
  const [layer] = linearLayers(model);
  const editor = new GraphEditor(model);
  const matrix = { values: new Int8Array(inputs * outputs).fill(1), scales: new Float32Array(outputs).fill(1) };
  const exact = new Float64Array(inputs).fill(0.25);
  const bias = correctBias(model, editor, layer, weights, matrix, { exact, quantized: exact });
  return { bias, made: editor.finish() };
}

/** 3 − 32 · 0.25 · 0.5 */
const expected = new Float32Array(outputs).fill(-1);

test.each([[[outputs]], [[1, outputs]], [[1]], [[]]])("a Gemm's own bias of %j is corrected", (dims) => {
  const { bias, made } = corrected([makeNode('Gemm', ['x', 'w', 'b'], ['y'])], dims);
  expect(bias?.dims).toEqual([outputs]);
  expect(bias && tensorFloats(made, bias)).toEqual(expected);
});

test('the bias of an Add behind the layer is corrected in place', () => {
  const nodes = [makeNode('MatMul', ['x', 'w'], ['h']), makeNode('Add', ['b', 'h'], ['y'])];
  const { bias, made } = corrected(nodes, [outputs]);
  expect(bias).toBeUndefined();
  const { initializer, node } = made.proto.graph;
  expect(node[1].input).toEqual(['b_corrected', 'h']);
  const tensor = initializer.find(({ name }) => name === 'b_corrected');
  expect(tensor && tensorFloats(made, tensor)).toEqual(expected);
});

test('a bias that differs from token to token is left alone', () => {
  const { bias, made } = corrected([makeNode('Gemm', ['x', 'w', 'b'], ['y'])], [7, outputs]);
  expect(bias).toBeUndefined();
  expect(made.proto.graph.initializer).toHaveLength(2);
});
