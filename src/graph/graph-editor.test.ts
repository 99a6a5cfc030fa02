import { describe, expect, test } from 'vitest';
import {
  floats,
  graphAttribute,
  ifNode,
  initializerNames,
  integers,
  scalar,
  smallGraph,
  smallModel,
  wiring,
} from '../../test/support/small-model.js';
import { makeNode } from '../onnx/index.js';
import { GraphEditor } from './graph-editor.js';

const relu = makeNode('Relu', ['x'], ['a']);
const tanh = makeNode('Tanh', ['a'], ['y']);
const chain = smallModel({ inputs: { x: 'float[2]' }, outputs: { y: 'float[2]' }, nodes: [relu, tanh] });

describe('GraphEditor', () => {
  test('leaves the model that it was opened on as it is', () => {
    const before = structuredClone(chain);
    const editor = new GraphEditor(chain);
    editor.replace(relu);
    editor.redirect('a', 'x');
    editor.setInitializer(scalar('w', 1));
    expect(wiring(editor.finish())).toEqual(['Tanh(x) -> y']);
    expect(chain).toEqual(before);
  });

  test('without changes gives the same graph', () => {
    expect(new GraphEditor(chain).finish()).toEqual(chain);
  });

  test('puts nodes in place of one, and finds the place of added ones', () => {
    const editor = new GraphEditor(chain);
    editor.add(makeNode('Neg', ['x'], ['n']));
    editor.replace(relu, makeNode('Abs', ['n'], ['m']), makeNode('Sqrt', ['m'], ['a']));
    expect(wiring(editor.finish())).toEqual(['Neg(x) -> n', 'Abs(n) -> m', 'Sqrt(m) -> a', 'Tanh(a) -> y']);
    expect(editor.current(relu)).toHaveLength(2);
    expect(editor.current(tanh)).toEqual([tanh]);
  });

  test('follows chains of redirects, whatever order they come in', () => {
    const nodes = ['a', 'b', 'c'].map((name, i) => makeNode('Identity', [['x', 'a', 'b'][i]], [name]));
    const model = smallModel({
      inputs: { x: 'float' },
      outputs: { y: 'float' },
      nodes: [...nodes, makeNode('Tanh', ['c'], ['y'])],
    });
    for (const order of [nodes, nodes.toReversed()]) {
      const editor = new GraphEditor(model);
      for (const node of order) {
        editor.redirect(node.output[0], node.input[0]);
        editor.replace(node);
      }
      expect(wiring(editor.finish())).toEqual(['Tanh(x) -> y']);
    }
  });

  test('redirects that run in a circle end', () => {
    const editor = new GraphEditor(chain);
    editor.redirect('a', 'b');
    editor.redirect('b', 'c');
    editor.redirect('c', 'b');
    expect(() => editor.finish()).not.toThrow();
  });

  test('does not rename outputs of the graph', () => {
    const editor = new GraphEditor(chain);
    editor.redirect('y', 'a');
    expect(editor.finish().proto.graph.output[0].name).toBe('y');
  });

  test('replaces an initializer in its place, and adds others at the end', () => {
    const model = smallModel({
      outputs: { y: 'float' },
      nodes: [makeNode('Add', ['u', 'v'], ['y'])],
      initializers: [scalar('u', 1), scalar('v', 2)],
    });
    const editor = new GraphEditor(model);
    expect(editor.setInitializer(scalar('w', 3))).toBe('w');
    editor.setInitializer(scalar('u', 4));
    const made = editor.finish();
    expect(initializerNames(made)).toEqual(['u', 'v', 'w']);
    expect(made.proto.graph.initializer[0]).toEqual(scalar('u', 4));
  });

  describe('names', () => {
    const inner = smallGraph({
      outputs: { in_out: 'float' },
      nodes: [makeNode('Add', ['a', 'in_w'], ['in_out'], { name: 'in_node' })],
      initializers: [scalar('in_w', 1)],
    });
    const model = smallModel({
      inputs: { x: 'float', flag: 'bool' },
      outputs: { y: 'float' },
      nodes: [makeNode('Relu', ['x'], ['a'], { name: 'n' }), ifNode('flag', ['y'], inner, inner)],
      initializers: [scalar('w', 1)],
    });

    test.each(['x', 'flag', 'y', 'a', 'n', 'w', 'in_out', 'in_w', 'in_node'])('never gives away "%s" again', (name) => {
      const editor = new GraphEditor(model);
      expect(editor.uniqueName(name)).toBe(`${name}_2`);
      expect(editor.uniqueName(name)).toBe(`${name}_3`);
    });

    test('gives a free name as it is, once', () => {
      const editor = new GraphEditor(model);
      expect(editor.uniqueName('free')).toBe('free');
      expect(editor.uniqueName('free')).toBe('free_2');
    });

    test('of initializers that were added count', () => {
      const editor = new GraphEditor(model);
      editor.setInitializer(scalar('added', 1));
      expect(editor.uniqueName('added')).toBe('added_2');
    });

    test('of nodes become unique, empty ones stay empty', () => {
      const editor = new GraphEditor(chain);
      editor.replace(relu, makeNode('Abs', ['x'], ['m'], { name: 'y' }), makeNode('Relu', ['m'], ['a'], { name: '' }));
      editor.replace(tanh, makeNode('Tanh', ['a'], ['t'], { name: '' }), makeNode('Neg', ['t'], ['y']));
      expect(editor.finish().proto.graph.node.map(({ name }) => name)).toEqual(['y', '', '', 'y_2']);
    });
  });

  describe('graphs inside nodes', () => {
    test('see redirected values of outside', () => {
      const branch = smallGraph({ outputs: { r: 'float' }, nodes: [makeNode('Tanh', ['a'], ['r'])] });
      const passing = smallGraph({ outputs: { a: 'float' }, nodes: [] });
      const model = smallModel({
        inputs: { x: 'float', flag: 'bool' },
        outputs: { y: 'float' },
        nodes: [relu, ifNode('flag', ['y'], branch, passing)],
      });
      const editor = new GraphEditor(model);
      editor.redirect('a', 'b');
      editor.redirect('b', 'x');
      const [thenBranch, elseBranch] = editor.finish().proto.graph.node[1].attribute;
      expect(thenBranch.g?.node[0].input).toEqual(['x']);
      expect(elseBranch.g?.output[0].name).toBe('x');
    });

    test('keep names that hide those of outside', () => {
      const body = smallGraph({
        inputs: { i: 'int64', go: 'bool', a: 'float' },
        outputs: { go: 'bool', b: 'float' },
        nodes: [makeNode('Tanh', ['a'], ['t']), makeNode('Add', ['t', 'w'], ['b'])],
      });
      const loop = { ...makeNode('Loop', ['n', '', 'a'], ['y']), attribute: [graphAttribute('body', body)] };
      const model = smallModel({
        inputs: { x: 'float' },
        outputs: { y: 'float' },
        nodes: [relu, loop],
        initializers: [integers('n', [3]), scalar('w', 1), scalar('v', 1)],
      });
      const editor = new GraphEditor(model);
      editor.redirect('a', 'x');
      editor.redirect('w', 'v');
      const changed = editor.finish().proto.graph.node[1];
      expect(changed.input).toEqual(['n', '', 'x']);
      expect(changed.attribute[0].g?.node.map(({ input }) => input)).toEqual([['a'], ['t', 'v']]);
    });
  });

  describe('weights among the inputs', () => {
    const nodes = [makeNode('MatMul', ['x', 'w'], ['a']), makeNode('Reshape', ['a', 'shape'], ['y'])];
    const inputs = { x: 'float[1,2]', w: 'float[2,2]', shape: 'int64[1]' };
    const initializers = [floats('w', [2, 2], [1, 2, 3, 4]), integers('shape', [2])];

    test('become constants, all of them up to IR version 3', () => {
      const old = smallModel({ inputs, outputs: { y: 'float' }, nodes, initializers, irVersion: 3 });
      const editor = new GraphEditor(old);
      expect(editor.index.inputs).toEqual(new Set(['x']));
      const { irVersion, graph } = editor.finish().proto;
      expect(irVersion).toBe(4);
      expect(graph.input.map(({ name }) => name)).toEqual(['x']);
    });

    test('become constants if they are floats later; others may be fed', () => {
      const later = smallModel({ inputs, outputs: { y: 'float' }, nodes, initializers, irVersion: 6 });
      const editor = new GraphEditor(later);
      expect(editor.index.inputs).toEqual(new Set(['x', 'shape']));
      const { irVersion, graph } = editor.finish().proto;
      expect(irVersion).toBe(6);
      expect(graph.input.map(({ name }) => name)).toEqual(['x', 'shape']);
    });
  });
});
