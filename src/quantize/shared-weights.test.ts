import { describe, expect, test } from 'vitest';
import { int64, largestDifference, runModel } from '../../test/support/run-model.js';
import { floats, smallModel } from '../../test/support/small-model.js';
import { encodedSize, makeNode, type OnnxModel } from '../onnx/index.js';
import { optimize } from '../passes/index.js';
import { fp16 } from './half/fp16.js';
import { fp16Weights } from './half/fp16-weights.js';

describe('weights that are shared', () => {
  const size = 64;
  const matrix = Array.from({ length: 20 * size * size }, (_, i) => Math.sin(i));
  const ids = { ids: int64([3], [1, 5, 900]) };
  /** A table that is a prediction head, too; layers that share a weight, each with nodes of its own before it. */
  const model = smallModel({
    inputs: { ids: 'int64[n]' },
    outputs: { y: 'float' },
    nodes: [
      makeNode('Gather', ['table', 'ids'], ['h0']),
      ...Array.from({ length: 6 }, (_, i) => [
        makeNode('Identity', ['w'], [`same${i}`]),
        makeNode('Transpose', [`same${i}`], [`t${i}`]),
        makeNode('MatMul', [`h${i}`, `t${i}`], [`m${i}`]),
        makeNode('Tanh', [`m${i}`], [`h${i + 1}`]),
      ]).flat(),
      makeNode('Transpose', ['table'], ['head']),
      makeNode('MatMul', ['h6', 'head'], ['y']),
    ],
    initializers: [
      floats('table', [20 * size, size], matrix),
      floats(
        'w',
        [size, size],
        matrix.slice(0, size * size).map((value) => value / 8),
      ),
    ],
  });

  test.each<[string, (source: OnnxModel) => OnnxModel]>([
    ['fp16', (source) => fp16(source).model],
    ['fp16 after the graph passes', (source) => fp16(optimize(source)).model],
    ['fp16Weights', fp16Weights],
  ])('%s keeps one copy of each: half the size', async (_, convert) => {
    const half = convert(model);
    expect(encodedSize(half.proto) / encodedSize(model.proto)).toBeLessThan(0.52);
    const [exact, found] = [await runModel(model, ids), await runModel(half, ids)];
    expect(largestDifference(found.y.data, exact.y.data)).toBeLessThan(0.05);
  });
});
