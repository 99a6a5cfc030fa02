import { describe, expect, test } from 'vitest';
import {
  declaredValue,
  ifNode,
  initializerNames,
  integers,
  scalar,
  smallGraph,
  smallModel,
  wiring,
} from '../../test/support/small-model.js';
import { makeNode } from '../onnx/index.js';
import { removeDeadNodes } from './dead-nodes.js';

describe('removeDeadNodes', () => {
  test('drops chains that lead nowhere, with their constants and declared types', () => {
    const model = smallModel({
      inputs: { x: 'float', unused: 'float' },
      outputs: { y: 'float' },
      nodes: [
        makeNode('Mul', ['x', 'used'], ['y']),
        makeNode('Mul', ['x', 'lost'], ['a']),
        makeNode('Tanh', ['a'], ['b']),
      ],
      initializers: [scalar('used', 1), scalar('lost', 2)],
      valueInfo: [declaredValue('y', 'float'), declaredValue('a', 'float'), declaredValue('gone', 'float')],
    });
    const alive = removeDeadNodes(model);
    expect(wiring(alive)).toEqual(['Mul(x, used) -> y']);
    expect(initializerNames(alive)).toEqual(['used']);
    expect(alive.proto.graph.valueInfo.map(({ name }) => name)).toEqual(['y']);
  });

  test('keeps inputs that nobody uses: callers feed them', () => {
    const model = smallModel({
      inputs: { x: 'float', unused: 'float' },
      outputs: { y: 'float' },
      nodes: [makeNode('Tanh', ['x'], ['y'])],
    });
    expect(removeDeadNodes(model).proto.graph.input.map(({ name }) => name)).toEqual(['x', 'unused']);
  });

  test('drops an unused constant from the inputs as well', () => {
    const model = smallModel({
      inputs: { x: 'float', lost: 'int64[1]', kept: 'float' },
      outputs: { y: 'float' },
      nodes: [makeNode('Mul', ['x', 'kept'], ['y'])],
      initializers: [integers('lost', [1]), scalar('kept', 1)],
    });
    expect(removeDeadNodes(model).proto.graph.input.map(({ name }) => name)).toEqual(['x', 'kept']);
  });

  test('keeps a node of which one output is used, and outputs that are constants', () => {
    const model = smallModel({
      inputs: { x: 'float[4]' },
      outputs: { b: 'float', c: 'float' },
      nodes: [makeNode('Split', ['x'], ['a', 'b'])],
      initializers: [scalar('c', 1)],
    });
    const alive = removeDeadNodes(model);
    expect(wiring(alive)).toEqual(['Split(x) -> a, b']);
    expect(initializerNames(alive)).toEqual(['c']);
  });

  test('keeps what branches take from outside', () => {
    const branch = smallGraph({ outputs: { r: 'float' }, nodes: [makeNode('Add', ['a', 'w'], ['r'])] });
    const model = smallModel({
      inputs: { x: 'float', flag: 'bool' },
      outputs: { y: 'float' },
      nodes: [makeNode('Relu', ['x'], ['a']), makeNode('Relu', ['x'], ['dead']), ifNode('flag', ['y'], branch, branch)],
      initializers: [scalar('w', 1)],
    });
    const alive = removeDeadNodes(model);
    expect(wiring(alive)).toEqual(['Relu(x) -> a', 'If(flag) -> y']);
    expect(initializerNames(alive)).toEqual(['w']);
  });
});
