import { describe, expect, test } from 'vitest';
import { ifNode, smallGraph } from '../../test/support/small-model.js';
import { makeNode } from '../onnx/index.js';
import { topologicalOrder } from './topological-order.js';

const relu = (from: string, to: string) => makeNode('Relu', [from], [to]);

describe('topologicalOrder', () => {
  test('leaves an order that is good already', () => {
    const nodes = [relu('x', 'a'), relu('x', 'b'), relu('b', 'c'), relu('a', 'd')];
    expect(topologicalOrder(nodes, 'm')).toEqual(nodes);
  });

  test('puts makers before users', () => {
    const nodes = [makeNode('Add', ['b', 'c'], ['d']), relu('b', 'c'), relu('a', 'b'), relu('x', 'a')];
    expect(topologicalOrder(nodes, 'm').map(({ output }) => output[0])).toEqual(['a', 'b', 'c', 'd']);
  });

  test('counts what branches take from outside', () => {
    const branch = smallGraph({ outputs: { r: 'float' }, nodes: [relu('a', 'r')] });
    const nodes = [ifNode('flag', ['y'], branch, branch), relu('x', 'a')];
    expect(topologicalOrder(nodes, 'm').map(({ output }) => output[0])).toEqual(['a', 'y']);
  });

  test('optional outputs that are left out link nothing', () => {
    const nodes = [makeNode('Clip', ['x', '', 'high'], ['a']), makeNode('LSTM', ['a'], ['b', '', 'c'])];
    expect(topologicalOrder(nodes, 'm')).toEqual(nodes);
  });

  test.each([
    ['of one node', [relu('a', 'a')]],
    ['of three nodes', [relu('c', 'a'), relu('a', 'b'), relu('b', 'c')]],
    ['behind good nodes', [relu('x', 'a'), makeNode('Add', ['a', 'c'], ['b']), relu('b', 'c')]],
  ])('refuses a cycle %s', (_, nodes) => {
    expect(() => topologicalOrder(nodes, 'm.onnx')).toThrow(
      expect.objectContaining({ code: 'ONNX_CORRUPT', message: expect.stringContaining('m.onnx') }),
    );
  });

  test('orders a chain of 20,000 nodes that comes backwards', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => relu(`v${i}`, `v${i + 1}`));
    expect(topologicalOrder(chain.toReversed(), 'm')).toEqual(chain);
  });

  test('orders a node of 200,000 inputs', () => {
    const makers = Array.from({ length: 200_000 }, (_, i) => relu('x', `v${i}`));
    const wide = makeNode(
      'Sum',
      makers.map(({ output }) => output[0]),
      ['y'],
    );
    const ordered = topologicalOrder([wide, ...makers], 'm');
    expect(ordered[0]).toBe(makers[0]);
    expect(ordered.at(-1)).toBe(wide);
  });
});
