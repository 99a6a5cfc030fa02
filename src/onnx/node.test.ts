import { describe, expect, test } from 'vitest';
import { floatTensor } from './make-tensor.js';
import type { AttributeProto, GraphProto } from './messages.js';
import {
  attribute,
  attributeType,
  floatAttribute,
  intAttribute,
  intsAttribute,
  isOp,
  makeNode,
  stringAttribute,
  subgraphs,
  withAttributes,
} from './node.js';

const tensor = floatTensor('t', [1], Float32Array.of(1));
const node = makeNode('Op', ['a', ''], ['b', 'c'], {
  domain: 'com.example',
  attributes: { i: { int: -3 }, f: { float: 0.5 }, s: { string: 'größer' }, is: { ints: [1, -2] }, t: { tensor } },
});

describe('nodes', () => {
  test('take the name of their first output unless they are given one', () => {
    expect(node.name).toBe('b');
    expect(makeNode('Op', [], ['b'], { name: 'n' }).name).toBe('n');
  });

  test('give their attributes back by type', () => {
    expect(intAttribute(node, 'i')).toBe(-3);
    expect(floatAttribute(node, 'f')).toBe(0.5);
    expect(stringAttribute(node, 's')).toBe('größer');
    expect(intsAttribute(node, 'is')).toEqual([1, -2]);
    expect(attribute(node, 't')?.t).toBe(tensor);
    expect(node.attribute.map(({ type }) => type)).toEqual([2, 1, 3, 7, 4]);
  });

  test('have nothing under other names or of other types', () => {
    for (const read of [intAttribute, floatAttribute, stringAttribute, intsAttribute]) {
      expect(read(node, 'missing')).toBeUndefined();
    }
    expect(intAttribute(node, 'f')).toBeUndefined();
    expect(stringAttribute(node, 'i')).toBeUndefined();
  });

  test('written by proto3, without values that are 0 or empty, mean 0 and empty', () => {
    const bare = (name: string, type: number): AttributeProto => {
      return { name, type, floats: [], ints: [], strings: [], tensors: [], graphs: [] };
    };
    const { int, float, string } = attributeType;
    const zero = { ...node, attribute: [bare('i', int), bare('f', float), bare('s', string)] };
    expect(intAttribute(zero, 'i')).toBe(0);
    expect(floatAttribute(zero, 'f')).toBe(0);
    expect(stringAttribute(zero, 's')).toBe('');
  });

  test('keep "to the end" as the largest integer', () => {
    const end = makeNode('Slice', ['x'], ['y'], { attributes: { ends: { ints: [2 ** 63] }, end: { int: 2n ** 64n } } });
    expect(attribute(end, 'ends')?.ints).toEqual([2n ** 63n - 1n]);
    expect(attribute(end, 'end')?.i).toBe(2n ** 63n - 1n);
    const again = withAttributes(end, { ends: { ints: intsAttribute(end, 'ends') ?? [] } });
    expect(attribute(again, 'ends')?.ints).toEqual([2n ** 63n - 1n]);
  });

  test('are told by operator and domain', () => {
    expect(isOp(node, 'Op', 'com.example')).toBe(true);
    expect(isOp(node, 'Op')).toBe(false);
    expect(isOp({ ...node, domain: 'ai.onnx' }, 'Op')).toBe(true);
    expect(isOp(undefined, 'Op')).toBe(false);
  });

  test('change attributes without touching the others, whatever they are called', () => {
    const named = withAttributes(node, { toString: { int: 1 }, i: undefined, f: { float: 2 } });
    expect(named.attribute.map(({ name }) => name)).toEqual(['s', 'is', 't', 'toString', 'f']);
    expect(withAttributes(named, { s: undefined }).attribute.map(({ name }) => name)).toContain('toString');
    expect(node.attribute).toHaveLength(5);
  });

  test('hold graphs in single and repeated attributes', () => {
    const graph = (name: string) => ({ name }) as GraphProto;
    const lists = { floats: [], ints: [], strings: [], tensors: [] };
    const attributes = [
      { ...lists, name: 'then', g: graph('1'), graphs: [] },
      { ...lists, name: 'more', graphs: [graph('2'), graph('3')] },
    ];
    expect(subgraphs({ ...node, attribute: attributes }).map(({ name }) => name)).toEqual(['1', '2', '3']);
  });
});
