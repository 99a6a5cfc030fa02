import { describe, expect, test } from 'vitest';
import { graphAttribute, ifNode, integers, scalar, smallGraph } from '../../test/support/small-model.js';
import { makeNode } from '../onnx/index.js';
import { capturedValues, indexGraph, soleConsumer, usedValues } from './graph-index.js';

describe('indexGraph', () => {
  const branch = smallGraph({ outputs: { r: 'float' }, nodes: [makeNode('Add', ['a', 'w'], ['r'])] });
  const graph = smallGraph({
    inputs: { x: 'float[2]', flag: 'bool' },
    outputs: { y: 'float' },
    nodes: [
      makeNode('Mul', ['x', 'x'], ['a']),
      makeNode('Clip', ['a', '', 'w'], ['b', '']),
      ifNode('flag', ['y'], branch, branch),
    ],
    initializers: [scalar('w', 1)],
  });
  const index = indexGraph(graph);

  test('knows who makes a value', () => {
    expect(index.producers.get('a')).toBe(graph.node[0]);
    expect(index.producers.has('x')).toBe(false);
    expect(index.producers.has('')).toBe(false);
  });

  test('knows who uses a value, each user once, branches included', () => {
    expect(index.consumers.get('x')).toEqual([graph.node[0]]);
    expect(index.consumers.get('a')).toEqual([graph.node[1], graph.node[2]]);
    expect(index.consumers.get('w')).toEqual([graph.node[1], graph.node[2]]);
    expect(index.consumers.has('')).toBe(false);
  });

  test('has a sole consumer only where the value goes nowhere else', () => {
    expect(soleConsumer(index, 'x')).toBe(graph.node[0]);
    expect(soleConsumer(index, 'a')).toBeUndefined();
    expect(soleConsumer(index, 'y')).toBeUndefined();
    const output = { ...graph, output: [{ name: 'b', metadataProps: [] }] };
    expect(soleConsumer(indexGraph(output), 'b')).toBeUndefined();
  });
});

describe('captured values', () => {
  test('are what a graph uses and does not define, at any depth', () => {
    const inner = smallGraph({ outputs: { q: 'float' }, nodes: [makeNode('Add', ['far', 'p'], ['q'])] });
    const outer = smallGraph({
      inputs: { i: 'int64' },
      outputs: { r: 'float', given: 'float' },
      nodes: [
        makeNode('Relu', ['near'], ['p']),
        ifNode('flag', ['s'], inner, inner),
        makeNode('Mul', ['s', 'own'], ['r']),
      ],
      initializers: [integers('own', [1])],
    });
    expect([...capturedValues(outer)].sort()).toEqual(['far', 'flag', 'given', 'near']);
    const loop = { ...makeNode('Loop', ['', 'go', 'v'], ['w']), attribute: [graphAttribute('body', outer)] };
    expect([...usedValues(loop)].sort()).toEqual(['far', 'flag', 'given', 'go', 'near', 'v']);
  });
});
