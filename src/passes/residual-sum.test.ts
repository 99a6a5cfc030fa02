import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { float32, largestDifference, runModel } from '../../test/support/run-model.js';
import { floats, operators, smallModel } from '../../test/support/small-model.js';
import { makeNode, type NodeProto, type OnnxModel } from '../onnx/index.js';
import { keepResidualsApart } from './residual-sum.js';

const width = 16;

function modelOf(nodes: readonly NodeProto[], outputs: readonly string[] = ['y']): OnnxModel {
  return smallModel({
    inputs: { x: `float[n,m,${width}]`, h: `float[n,m,${width}]` },
    outputs: Object.fromEntries(outputs.map((name) => [name, 'float'])),
    nodes,
    initializers: [floats('gamma', [width], [...randomMatrix(1, width, 2).data])],
  });
}

const add = makeNode('Add', ['x', 'h'], ['s']);
const norm = makeNode('LayerNormalization', ['s', 'gamma', 'gamma'], ['y']);

describe('keepResidualsApart', () => {
  test('writes the Add before a LayerNorm as a Sum, and gives the same to the bit', async () => {
    const model = modelOf([add, norm]);
    const made = keepResidualsApart(model);
    expect(operators(made)).toEqual(['Sum', 'LayerNormalization']);
    expect(keepResidualsApart(made)).toEqual(made);
    const feeds = {
      x: float32([2, 3, width], randomMatrix(6, width, 3).data),
      h: float32([2, 3, width], randomMatrix(6, width, 4).data),
    };
    // As the nodes stand: with all optimizations, the one with the Add becomes SkipLayerNormalization.
    const options = { optimization: 'disabled' } as const;
    const [before, after] = [await runModel(model, feeds, options), await runModel(made, feeds, options)];
    expect(largestDifference(after.y.data, before.y.data)).toBe(0);
    const optimized = await runModel(made, feeds, { optimization: 'all' });
    expect(largestDifference(optimized.y.data, before.y.data)).toBe(0);
  });

  test('also where the sum goes on beside the norm', () => {
    const model = modelOf([add, norm, makeNode('Tanh', ['s'], ['z'])], ['y', 'z']);
    expect(operators(keepResidualsApart(model))).toEqual(['Sum', 'LayerNormalization', 'Tanh']);
  });

  test.each([
    ['of a constant', [makeNode('Add', ['x', 'gamma'], ['s']), norm]],
    ['before something else', [add, makeNode('Tanh', ['s'], ['y'])]],
    [
      'that makes the scale of a norm',
      [
        makeNode('Add', ['x', 'h'], ['s']),
        makeNode('LayerNormalization', ['x', 's'], ['y'], { attributes: { axis: { int: 0 } } }),
      ],
    ],
  ])('leaves an Add %s', (_, nodes) => {
    expect(keepResidualsApart(modelOf(nodes)).proto.graph.node).toEqual(nodes);
  });
});
