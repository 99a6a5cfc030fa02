import { expect, test } from 'vitest';
import { floats, integers, smallModel } from '../../test/support/small-model.js';
import { makeNode, type NodeProto } from '../onnx/index.js';
import { embeddingTables } from './embedding-tables.js';

/** A table of 512 × 32 numbers, which is the smallest that counts, and others. */
const table = (name: string, dims: readonly number[]) =>
  floats(name, dims, new Array(dims.reduce((product, dim) => product * dim, 1)).fill(0));
const gather = (name: string, output: string, indices = 'ids', axis?: number): NodeProto =>
  makeNode('Gather', [name, indices], [output], {
    attributes: axis === undefined ? undefined : { axis: { int: axis } },
  });

function tablesOf(nodes: readonly NodeProto[], outputs: Readonly<Record<string, string>> = { y: 'float' }) {
  const model = smallModel({
    ...{ inputs: { ids: 'int64[b,s]', h: 'float[b,s,32]' }, outputs, nodes },
    initializers: [
      table('words', [512, 32]),
      table('few', [511, 32]),
      table('flat', [16_384]),
      integers('places', [0, 1]),
    ],
  });
  return embeddingTables(model).map((found) => [found.table.name, found.rows, found.columns, found.gathers.length]);
}

const words = ['words', 512, 32, 1];

test.each<[string, NodeProto[]]>([
  ['rows of it are taken', [gather('words', 'y')]],
  ['along the first axis by another name', [gather('words', 'y', 'ids', -2)]],
  ['they are scaled by the text, but come from it', [gather('words', 'e'), makeNode('Mul', ['e', 'h'], ['y'])]],
  ['positions are added', [gather('words', 'e', 'places'), makeNode('Add', ['e', 'h'], ['y'])]],
  ['positions are scaled by a constant', [gather('words', 'e', 'places'), makeNode('Mul', ['e', 'few'], ['y'])]],
])('a table counts where %s', (_, nodes) => {
  expect(tablesOf(nodes)).toEqual([words]);
});

test.each<[string, NodeProto[]]>([
  ['nothing uses it', []],
  ['it is small', [gather('few', 'y')]],
  ['it has one dimension', [gather('flat', 'y')]],
  ['columns of it are taken', [gather('words', 'y', 'ids', 1)]],
  ['something else uses it, too', [gather('words', 'e'), makeNode('Relu', ['words'], ['y'])]],
  ['it turns heads', [gather('words', 'e', 'places'), makeNode('Mul', ['e', 'h'], ['y'])]],
  [
    'it turns heads after it was moved about',
    [
      gather('words', 'e', 'places'),
      makeNode('Unsqueeze', ['e', 'places'], ['u']),
      makeNode('Concat', ['u', 'u'], ['c']),
      makeNode('Mul', ['h', 'c'], ['y']),
    ],
  ],
])('no table counts where %s', (_, nodes) => {
  expect(tablesOf(nodes)).toEqual([]);
});

test('a table may be used more than once, and by a linear layer', () => {
  const nodes = [
    gather('words', 'a'),
    gather('words', 'b'),
    makeNode('Transpose', ['words'], ['turned']),
    makeNode('Add', ['a', 'b'], ['y']),
  ];
  expect(tablesOf(nodes.filter(({ opType }) => opType !== 'Transpose'))).toEqual([['words', 512, 32, 2]]);
  expect(tablesOf(nodes)).toEqual([]);
});

test('an output of the graph stays as it is', () => {
  expect(tablesOf([gather('words', 'y')], { y: 'float', words: 'float' })).toEqual([]);
});
