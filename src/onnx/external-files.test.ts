import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { floats, graphAttribute, smallGraph, smallModel } from '../../test/support/small-model.js';
import { externalDataFiles } from './external-files.js';
import { outsideTensor } from './external-layout.js';
import type { AttributeProto, TensorProto } from './messages.js';
import type { OnnxModel } from './model.js';
import { makeNode } from './node.js';

const outside = (name: string, location: string, offset = 0): TensorProto =>
  outsideTensor(floats(name, [2], [1, 2]), location, offset, 8);
const modelWith = (changes: Partial<Parameters<typeof smallModel>[0]>): OnnxModel => ({
  ...smallModel({ outputs: { y: 'float' }, nodes: [makeNode('Identity', ['a'], ['y'])], ...changes }),
  path: join('models', 'model.onnx'),
});
const names = (model: OnnxModel): string[] => externalDataFiles(model);

describe('files of external data', () => {
  test('are none where all weights are inside', () => {
    expect(names(modelWith({ initializers: [floats('a', [1], [1])] }))).toEqual([]);
  });

  test('come once each, however often and in whatever spelling they are named', () => {
    const initializers = [outside('a', 'data'), outside('b', './data', 8), outside('c', 'sub/../data', 16)];
    expect(names(modelWith({ initializers }))).toEqual([join('models', 'data')]);
  });

  test('come in the order in which tensors name them', () => {
    const initializers = [outside('a', 'z'), outside('b', 'a'), outside('c', 'z', 8)];
    expect(names(modelWith({ initializers }))).toEqual([join('models', 'z'), join('models', 'a')]);
  });

  test('are also those of tensors in attributes and in subgraphs', () => {
    const constant: AttributeProto = {
      ...graphAttribute('value', smallGraph({ outputs: {}, nodes: [] })),
      g: undefined,
    };
    const branch = smallGraph({
      outputs: { b: 'float' },
      nodes: [makeNode('Identity', ['inner'], ['b'])],
      initializers: [outside('inner', 'branch.data')],
    });
    const model = modelWith({
      nodes: [
        { ...makeNode('Constant', [], ['a']), attribute: [{ ...constant, type: 4, t: outside('', 'constant.data') }] },
        { ...makeNode('If', ['a'], ['y']), attribute: [graphAttribute('then_branch', branch)] },
      ],
    });
    expect(names(model)).toEqual([join('models', 'constant.data'), join('models', 'branch.data')]);
  });

  test('that lie elsewhere are an error with the name of their tensor', () => {
    expect(() => names(modelWith({ initializers: [outside('a', '../data')] }))).toThrow(
      expect.objectContaining({ code: 'EXTERNAL_DATA', message: expect.stringContaining('tensor "a"') }),
    );
  });
});
