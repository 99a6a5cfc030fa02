import { expect, test } from 'vitest';
import { floatsToHalves, randomNumbers } from '../numbers/index.js';
import { readGraphTable } from './read-graph-table.js';
import { rowTypes, type StaticTable } from './static-table.js';
import { tableGraph } from './table-graph.js';

const random = randomNumbers(6);
const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
const [rows, columns, tokens] = [5, 3, 7];
const float: StaticTable = { data: bytesOf(numbers(rows * columns)), type: rowTypes.float, rows, columns };

const tables: Readonly<Record<string, StaticTable>> = {
  float,
  half: { ...float, data: bytesOf(floatsToHalves(numbers(rows * columns))), type: rowTypes.float16 },
  'bytes with scales': {
    ...float,
    data: bytesOf(Int8Array.from({ length: rows * columns }, (_, i) => 9 * i - 60)),
    type: rowTypes.int8,
    scales: numbers(rows),
  },
  'weights by token': { ...float, weights: numbers(rows) },
  'tokens that share rows': {
    ...float,
    weights: numbers(tokens),
    mapping: Int32Array.of(4, 0, 0, 3, 2, 1, 4),
  },
  'rows of one number': { ...float, data: bytesOf(numbers(rows)), columns: 1 },
};

test.each(Object.keys(tables))('a graph gives back the table it was made of: %s', (name) => {
  for (const normalize of [true, false]) {
    const found = readGraphTable(tableGraph(tables[name], { normalize, unknownTokenId: 1 }, 'model.onnx'));
    expect(found).toMatchObject(tables[name]);
  }
});

test('graphs of others, and those that do more, are no tables', () => {
  const model = tableGraph(float, { normalize: true }, 'model.onnx');
  const { proto } = model;
  expect(readGraphTable({ ...model, proto: { ...proto, producerName: 'pytorch' } })).toBeUndefined();
  const { graph } = proto;
  const node = [...(graph?.node ?? [])];
  node[0] = { ...node[0], opType: 'Tanh' };
  expect(readGraphTable({ ...model, proto: { ...proto, graph: graph && { ...graph, node } } })).toBeUndefined();
});

test('a mapping beyond the table is refused', () => {
  const wrong = { ...float, mapping: Int32Array.of(0, rows) };
  expect(readGraphTable(tableGraph(wrong, { normalize: true }, 'model.onnx'))).toBeUndefined();
});
