import { describe, expect, test } from 'vitest';
import { int64, largestDifference, runModel } from '../../test/support/run-model.js';
import { floats } from '../../test/support/small-model.js';
import { floatsToHalves, randomNumbers } from '../numbers/index.js';
import { type GraphProto, int64Tensor, makeNode, type OnnxModel } from '../onnx/index.js';
import { averageRows } from './average-rows.js';
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

describe('a graph with parts that do not fit its table is none', () => {
  const model = tableGraph(tables['tokens that share rows'], { normalize: true }, 'model.onnx');
  const changed = (change: (graph: GraphProto) => Partial<GraphProto>): OnnxModel => {
    const { graph } = model.proto;
    return { ...model, proto: { ...model.proto, graph: { ...graph, ...change(graph) } } };
  };
  const replaced = (...tensors: readonly GraphProto['initializer'][number][]) =>
    changed(({ initializer }) => ({
      initializer: initializer.map((tensor) => tensors.find(({ name }) => name === tensor.name) ?? tensor),
    }));

  test.each([
    ['a row beyond 32 bits', int64Tensor('mapping', [tokens], [0, 0, 0, 0, 0, 0, 2 ** 32])],
    ['a row before the first', int64Tensor('mapping', [tokens], [0, 0, 0, 0, 0, 0, -1])],
    ['fewer weights than tokens', floats('weights', [tokens - 1], [1, 1, 1, 1, 1, 1])],
    ['a table of three sizes', floats('embeddings', [1, rows, columns], [...numbers(rows * columns)])],
  ])('%s', (_, tensor) => {
    expect(readGraphTable(model)).toBeDefined();
    expect(readGraphTable(replaced(tensor))).toBeUndefined();
  });

  test('a column beside it that is not as long', () => {
    const scaled = tableGraph(tables['bytes with scales'], { normalize: true }, 'model.onnx');
    const { graph } = scaled.proto;
    const initializer = graph.initializer.map((tensor) =>
      tensor.name === 'scales' ? floats('scales', [rows - 1, 1], [1, 1, 1, 1]) : tensor,
    );
    expect(readGraphTable({ ...scaled, proto: { ...scaled.proto, graph: { ...graph, initializer } } })).toBeUndefined();
  });

  test('casts that lead to each other', () => {
    const node = [
      makeNode('Cast', ['b'], ['a']),
      makeNode('Cast', ['a'], ['b']),
      makeNode('Gather', ['a', 'input_ids'], ['rows']),
    ];
    expect(readGraphTable(changed(() => ({ node })))).toBeUndefined();
  });

  test('a graph without a table', () => {
    expect(readGraphTable(changed(() => ({ node: [] })))).toBeUndefined();
  });
});

describe('in ONNX Runtime the graph gives what the engine does', () => {
  const texts = [[0, 3, 4, 4], [2], [1, 1, 0]];
  const padded = texts.flatMap((ids) => [0, 1, 2, 3].map((i) => ids[i] ?? 0));
  const mask = texts.flatMap((ids) => [0, 1, 2, 3].map((i) => Number(i < ids.length)));
  const feeds = { input_ids: int64([3, 4], padded), attention_mask: int64([3, 4], mask) };
  const averaged = (table: StaticTable, counted: readonly (readonly number[])[], normalize: boolean) => {
    const ends = counted.map((_, i) => counted.slice(0, i + 1).flat().length);
    return averageRows(
      table,
      { ids: Int32Array.from(counted.flat()), offsets: Int32Array.from([0, ...ends]) },
      normalize,
    );
  };

  test.each(Object.keys(tables))('%s', async (name) => {
    for (const normalize of [true, false]) {
      const model = tableGraph(tables[name], { normalize }, 'model.onnx');
      const { sentence_embedding, token_embeddings } = await runModel(model, feeds);
      const wide = tables[name].columns;
      expect(sentence_embedding.dims).toEqual([3, wide]);
      expect(token_embeddings.dims).toEqual([3, 4, wide]);
      expect(largestDifference(sentence_embedding.data, averaged(tables[name], texts, normalize))).toBeLessThan(1e-4);
    }
  });

  test('a token that does not count is neither in the sum nor in the number of tokens', async () => {
    const counted = texts.map((ids) => ids.filter((id) => id !== 4));
    for (const normalize of [true, false]) {
      const model = tableGraph(float, { normalize, unknownTokenId: 4 }, 'model.onnx');
      const { sentence_embedding: found } = await runModel(model, feeds);
      expect(largestDifference(found.data, averaged(float, counted, normalize))).toBeLessThan(1e-6);
    }
  });

  test('a text of such tokens alone is a vector of zeros, and so is one without tokens', async () => {
    const none = { input_ids: int64([2, 1], [4, 0]), attention_mask: int64([2, 1], [1, 0]) };
    for (const normalize of [true, false]) {
      const model = tableGraph(float, { normalize, unknownTokenId: 4 }, 'model.onnx');
      expect(Array.from((await runModel(model, none)).sentence_embedding.data)).toEqual(Array(2 * columns).fill(0));
    }
  });
});
