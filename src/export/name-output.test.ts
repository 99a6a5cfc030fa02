import { describe, expect, test } from 'vitest';
import { float32, runModel } from '../../test/support/run-model.js';
import { floats, smallModel } from '../../test/support/small-model.js';
import { makeNode } from '../onnx/index.js';
import { withNamedHiddenStates } from './name-output.js';

const outputsOf = (model: ReturnType<typeof smallModel>) => model.proto.graph.output.map(({ name }) => name);

describe('a name that the graph has already is not given again', () => {
  const hidden = { outputs: { hidden: 'float[b,4]' }, nodes: [makeNode('Relu', ['x'], ['hidden'])] };

  test('to an input', () => {
    const model = smallModel({
      inputs: { last_hidden_state: 'float[b,4]' },
      outputs: hidden.outputs,
      nodes: [makeNode('Relu', ['last_hidden_state'], ['hidden'])],
    });
    expect(outputsOf(withNamedHiddenStates(model, 'hidden'))).toEqual(['token_embeddings']);
  });

  test('to a weight', () => {
    const model = smallModel({
      ...{ inputs: { x: 'float[b,4]' }, ...hidden },
      initializers: [floats('token_embeddings', [1], [1]), floats('last_hidden_state', [1], [1])],
    });
    expect(outputsOf(withNamedHiddenStates(model, 'hidden'))).toEqual(['hidden']);
  });
});

test('the other outputs keep their order and their numbers', async () => {
  const model = smallModel({
    inputs: { x: 'float[b,2]' },
    outputs: { a: 'float[b,2]', hidden: 'float[b,2]', c: 'float[b,2]' },
    nodes: [
      makeNode('Neg', ['x'], ['a']),
      makeNode('Relu', ['x'], ['hidden']),
      makeNode('Add', ['hidden', 'hidden'], ['c']),
    ],
  });
  const named = withNamedHiddenStates(model, 'hidden');
  expect(outputsOf(named)).toEqual(['last_hidden_state', 'a', 'c']);
  const results = await runModel(named, { x: float32([1, 2], [-3, 4]) });
  expect(Array.from(results.last_hidden_state.data)).toEqual([0, 4]);
  expect(Array.from(results.a.data)).toEqual([3, -4]);
  expect(Array.from(results.c.data)).toEqual([0, 8]);
  // The model that was given is as it was.
  expect(outputsOf(model)).toEqual(['a', 'hidden', 'c']);
  expect(model.proto.graph.node).toHaveLength(3);
});
