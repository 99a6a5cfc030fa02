import { describe, expect, test } from 'vitest';
import { checkStructure } from './check-structure.js';
import { floatTensor } from './make-tensor.js';
import type { GraphProto, NodeProto, ValueInfoProto } from './messages.js';
import type { OnnxModel } from './model.js';
import { attributeType, makeNode } from './node.js';

const value = (name: string): ValueInfoProto => ({ name, metadataProps: [] });
const weight = floatTensor('w', [1], Float32Array.of(1));

function graphOf(nodes: readonly NodeProto[], parts: Partial<GraphProto> = {}): GraphProto {
  return {
    node: nodes,
    initializer: [weight],
    sparseInitializer: [],
    input: [value('x')],
    output: [value('y')],
    valueInfo: [],
    quantizationAnnotation: [],
    metadataProps: [],
    ...parts,
  };
}

function check(graph: GraphProto): void {
  const model: OnnxModel = {
    path: 'test.onnx',
    proto: { opsetImport: [{ version: 17 }], metadataProps: [], functions: [], graph },
  };
  checkStructure(model);
}

function withBranch(branch: GraphProto): NodeProto {
  const g = { name: 'then_branch', type: attributeType.graph, g: branch };
  return {
    ...makeNode('If', ['x'], ['y']),
    attribute: [{ ...g, floats: [], ints: [], strings: [], tensors: [], graphs: [] }],
  };
}

const branch = (nodes: NodeProto[], output: string) =>
  graphOf(nodes, { input: [], initializer: [], output: [value(output)] });

describe('sound graphs pass', () => {
  test.each<[string, GraphProto]>([
    ['one node', graphOf([makeNode('Add', ['x', 'w'], ['y'])])],
    ['nodes out of order', graphOf([makeNode('Relu', ['m'], ['y']), makeNode('Add', ['x', 'w'], ['m'])])],
    ['optional inputs and outputs left out', graphOf([makeNode('Clip', ['x', '', 'w'], ['y', '', ''])])],
    [
      'an initializer that is also an input',
      graphOf([makeNode('Add', ['x', 'w'], ['y'])], { input: [value('x'), value('w')] }),
    ],
    ['an input handed through', graphOf([], { output: [value('x')] })],
    [
      'a branch that sees the graph around it',
      graphOf([withBranch(branch([makeNode('Add', ['x', 'w'], ['b'])], 'b'))]),
    ],
    ['a branch that returns what is outside', graphOf([withBranch(branch([], 'w'))])],
  ])('%s', (_, graph) => {
    expect(() => check(graph)).not.toThrow();
  });
});

describe('others are ONNX_CORRUPT', () => {
  test.each<[string, GraphProto, string]>([
    ['no output', graphOf([], { output: [] }), 'no output'],
    ['an output that nothing makes', graphOf([]), '"y" is made nowhere'],
    [
      'an input that nothing makes',
      graphOf([makeNode('Add', ['x', 'v'], ['y'], { name: 'sum' })]),
      'node 0 (Add "sum"): its input "v"',
    ],
    [
      'two nodes that make the same',
      graphOf([makeNode('Relu', ['x'], ['y']), makeNode('Exp', ['x'], ['y'])]),
      '"y" is made twice',
    ],
    [
      'a node that makes an input',
      graphOf([makeNode('Relu', ['w'], ['x']), makeNode('Relu', ['w'], ['y'])]),
      '"x" is made twice',
    ],
    ['a node that makes a weight', graphOf([makeNode('Relu', ['x'], ['y', 'w'])]), '"w" is made twice'],
    [
      'two weights of one name',
      graphOf([makeNode('Relu', ['w'], ['y'])], { initializer: [weight, weight] }),
      '"w" is made twice',
    ],
    [
      'a branch that sees what only another branch has',
      graphOf([withBranch(branch([makeNode('Relu', ['q'], ['b'])], 'b'))]),
      '"q" is made nowhere',
    ],
    [
      'data in an attribute that are too short',
      graphOf([makeNode('Constant', [], ['y'], { attributes: { value: { tensor: { ...weight, dims: [2] } } } })]),
      '4 bytes of data, type and dimensions ask for 8',
    ],
  ])('%s', (_, graph, message) => {
    expect(() => check(graph)).toThrow(
      expect.objectContaining({ code: 'ONNX_CORRUPT', message: expect.stringContaining(message) }),
    );
  });

  test('and names of a megabyte do not flood the message', () => {
    const graph = graphOf([makeNode('Add', ['z'.repeat(1e6)], ['y'])]);
    expect(() => check(graph)).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,500}$/) }));
  });
});
