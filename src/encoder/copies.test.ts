import { describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import { type IndexedModel, indexGraph, type Sample } from '../graph/index.js';
import { dataType, makeNode, type NodeProto } from '../onnx/index.js';
import { constantOf, isVector, maker, original } from './copies.js';
import { frontier } from './frontier.js';
import { textInputs } from './text-inputs.js';
import { unknownOperators } from './unknown-operators.js';
import { require, Unrecognised } from './unrecognised.js';

function graphOf(nodes: readonly NodeProto[]): IndexedModel {
  const model = smallModel({
    ...{ inputs: { x: 'float[b,4]', ids: 'int64[b,s]' }, outputs: { y: 'float' }, nodes },
    initializers: [floats('w', [4], [1, 2, 3, 4])],
  });
  return { model, index: indexGraph(model.proto.graph) };
}

const cast = (input: string, output: string, to: keyof typeof dataType) =>
  makeNode('Cast', [input], [output], { attributes: { to: { int: dataType[to] } } });

describe('a value behind its copies', () => {
  test.each<[string, NodeProto[], string]>([
    ['none', [], 'y'],
    ['Identity', [makeNode('Identity', ['x'], ['y'])], 'x'],
    ['Dropout', [makeNode('Dropout', ['x'], ['y', 'mask'])], 'x'],
    ['several', [makeNode('Identity', ['x'], ['a']), cast('a', 'b', 'float16'), cast('b', 'y', 'float')], 'x'],
    ['a cast of an input of whole numbers', [cast('ids', 'y', 'int32')], 'ids'],
    ['a cast that may cut fractions off', [makeNode('Relu', ['x'], ['r']), cast('r', 'y', 'int64')], 'y'],
    ['a cast to Booleans', [cast('x', 'y', 'bool')], 'y'],
    ['another operator', [makeNode('Relu', ['x'], ['y'])], 'y'],
    ['one of another domain', [makeNode('Identity', ['x'], ['y'], { domain: 'com.example' })], 'y'],
  ])('%s', (_, nodes, expected) => {
    expect(original(graphOf(nodes), 'y')).toBe(expected);
  });

  test('the mask of a Dropout is no copy', () => {
    expect(original(graphOf([makeNode('Dropout', ['x'], ['a', 'y'])]), 'y')).toBe('y');
  });

  test('a graph that is a circle ends', () => {
    const circle = graphOf([makeNode('Identity', ['b'], ['a']), makeNode('Identity', ['a'], ['b'])]);
    expect(['a', 'b']).toContain(original(circle, 'a'));
    const casts = graphOf([cast('b', 'a', 'int64'), cast('a', 'b', 'int64')]);
    expect(original(casts, 'a')).toBe('a');
  });

  test('may be a constant, and has a node that made it', () => {
    const graph = graphOf([
      makeNode('Identity', ['w'], ['a']),
      makeNode('Relu', ['x'], ['r']),
      makeNode('Identity', ['r'], ['y']),
    ]);
    expect(constantOf(graph, 'a')?.name).toBe('w');
    expect(constantOf(graph, 'y')).toBeUndefined();
    expect(maker(graph, 'y')?.opType).toBe('Relu');
    expect(maker(graph, 'x')).toBeUndefined();
  });
});

test.each([
  [[4], 4, true],
  [[1, 1, 4], 4, true],
  [[4, 1], 4, false],
  [[2, 4], 4, false],
  [[], 4, false],
  [[1], 1, true],
])('dims %j are those of a vector of %i: %s', (dims, width, expected) => {
  expect(isVector({ ...floats('v', [], []), dims }, width)).toBe(expected);
});

describe('values that are nearest', () => {
  const nothingKnown = (): Sample | undefined => undefined;
  const graph = graphOf([
    makeNode('Relu', ['x'], ['a']),
    makeNode('Add', ['a', 'w'], ['b']),
    makeNode('Mul', ['b', 'a'], ['c']),
    makeNode('Identity', ['c'], ['y']),
  ]);
  const at =
    (...ops: string[]) =>
    (_: string, node: NodeProto | undefined) =>
      ops.includes(node?.opType ?? 'input');

  test('are found once, on every way back', () => {
    expect(frontier(graph, 'y', nothingKnown, at('Relu'))).toEqual({ found: ['a'], lost: [] });
    expect(frontier(graph, 'y', nothingKnown, at('Add', 'Relu'))).toEqual({ found: ['b', 'a'], lost: [] });
    expect(frontier(graph, 'y', nothingKnown, at('input'))).toEqual({ found: ['x', 'w'], lost: [] });
  });

  test('are lost where nothing is left to follow', () => {
    expect(frontier(graph, 'y', nothingKnown, () => false)).toEqual({ found: [], lost: ['x'] });
  });

  test('are not looked for behind what follows from the inputs alone', () => {
    const known = (value: string) => (value === 'a' ? { shape: [1], data: Float64Array.of(1) } : undefined);
    const evaluate = known as unknown as typeof nothingKnown;
    expect(frontier(graph, 'y', evaluate, () => false)).toEqual({ found: [], lost: [] });
    expect(frontier(graph, 'y', evaluate, at('Relu'))).toEqual({ found: ['a'], lost: [] });
  });
});

describe('inputs for a sample text', () => {
  const inputs = (declared: Readonly<Record<string, string>>) =>
    textInputs(
      smallModel({ inputs: declared, outputs: { y: 'float' }, nodes: [] }).proto.graph,
      3,
      (place) => 10 + place,
    );
  const numbers = (declared: Readonly<Record<string, string>>) =>
    Object.fromEntries([...inputs(declared)].map(([name, { data }]) => [name, Array.from(data as Float64Array)]));

  test('have their numbers by their names', () => {
    const whole = 'int64[b,s]';
    const declared = { input_ids: whole, attention_mask: whole, token_type_ids: whole, position_ids: whole };
    expect(numbers(declared)).toEqual({
      ...{ input_ids: [10, 11, 12], attention_mask: [1, 1, 1], token_type_ids: [0, 0, 0], position_ids: [0, 1, 2] },
    });
    expect(inputs(declared).get('input_ids')?.shape).toEqual([1, 3]);
  });

  test('of a past are empty, or not known where their sizes are open', () => {
    const past = inputs({ 'past_key_values.0.key': 'float[b,2,p,8]', 'past_key_values.0.value': 'float[b,h,p,w]' });
    expect([...past.keys()]).toEqual(['past_key_values.0.key']);
    expect(past.get('past_key_values.0.key')?.shape).toEqual([1, 2, 0, 8]);
  });

  test('of other names are not known, and long names are not repeated whole', () => {
    expect(() => inputs({ pixel_values: 'float' })).toThrow(Unrecognised);
    expect(() => inputs({ ['x'.repeat(10_000)]: 'float' })).toThrow(/^.{1,500}$/s);
  });
});

describe('operators that are not known', () => {
  test('are named once, the nearest first, with their domain', () => {
    const { model, index } = graphOf([
      makeNode('FarAway', ['x'], ['a']),
      makeNode('Odd', ['a'], ['b'], { domain: 'com.example' }),
      makeNode('Odd', ['b'], ['c'], { domain: 'com.example' }),
      makeNode('Add', ['c', 'w'], ['y']),
      makeNode('Unused', ['x'], ['z']),
    ]);
    expect(unknownOperators({ model, index }, ['y'])).toEqual(['com.example.Odd', 'FarAway']);
    expect(unknownOperators({ model, index }, [])).toEqual([]);
  });

  test('are none where all are', () => {
    const known = graphOf([makeNode('MatMulInteger', ['x', 'w'], ['a']), makeNode('Softmax', ['a'], ['y'])]);
    expect(unknownOperators(known, ['y'])).toEqual([]);
  });
});

test('what is required and not there is why something is not recognised', () => {
  expect(() => require(1, 'no')).not.toThrow();
  for (const missing of [0, '', undefined, null, false, Number.NaN]) {
    expect(() => require(missing, 'it has no heads')).toThrow(new Unrecognised('it has no heads'));
  }
});
