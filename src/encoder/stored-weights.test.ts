import { describe, expect, test } from 'vitest';
import { floats, integers, scalar, smallModel } from '../../test/support/small-model.js';
import { type IndexedModel, indexGraph } from '../graph/index.js';
import { randomNumbers } from '../numbers/index.js';
import { dataType, makeNode, makeTensor, type NodeProto, type TensorProto } from '../onnx/index.js';
import { centredTable, matchLookup, tableRows } from './stored-table.js';
import { dequantizedRows, type StoredBlocks, storedBlocks, storedWeights } from './stored-weights.js';

function graphOf(nodes: readonly NodeProto[], initializers: readonly TensorProto[]): IndexedModel {
  const model = smallModel({ inputs: { ids: 'int64[b,s]' }, outputs: { y: 'float' }, nodes, initializers });
  return { model, index: indexGraph(model.proto.graph) };
}

const bytes = (name: string, dims: readonly number[], values: readonly number[]) =>
  makeTensor(name, dataType.uint8, dims, Uint8Array.from(values));
const signed = (name: string, dims: readonly number[], values: readonly number[]) =>
  makeTensor(name, dataType.int8, dims, Int8Array.from(values));

/** Codes of each row in bytes of their own, two a byte where they have 4 bits, the first in the low half. */
function packed(rows: readonly (readonly number[])[], bits: 4 | 8): number[] {
  return rows.flatMap((row) =>
    bits === 8
      ? row
      : Array.from({ length: Math.ceil(row.length / 2) }, (_, i) => row[2 * i] + 16 * (row[2 * i + 1] ?? 0)),
  );
}

describe('blocks of few bits', () => {
  const { model } = graphOf([], []);

  test('of 4 bits, by hand', () => {
    // Two rows of three numbers in blocks of two; the zero point is 8.
    const matrix: StoredBlocks = {
      ...{ dims: [2, 3], bits: 4, blockSize: 2 },
      codes: bytes('codes', [2, 2], [0x98, 0x0f, 0x70, 0x08]),
      scales: floats('scales', [4], [1, 10, 2, 100]),
    };
    expect([...dequantizedRows(model, matrix)]).toEqual([0, 1, 70, -16, -2, 0]);
    expect([...dequantizedRows(model, matrix, 1, 1)]).toEqual([-16, -2, 0]);
    expect([...dequantizedRows(model, matrix, 0, 0)]).toEqual([]);
  });

  test.each([
    [4, 8, 2],
    [4, 7, 4],
    [4, 1, 16],
    [8, 5, 2],
    [8, 6, 6],
  ] as const)('of %i bits, rows of %i in blocks of %i, with zero points', (bits, columns, blockSize) => {
    const random = randomNumbers(columns);
    const rows = 5;
    const blocks = Math.ceil(columns / blockSize);
    const codesOf = (length: number) =>
      Array.from({ length: rows }, () => Array.from({ length }, () => Math.floor(random() * 2 ** bits)));
    const [codes, zeros] = [codesOf(columns), codesOf(blocks)];
    const scales = Array.from({ length: rows * blocks }, () => Math.fround(random()));
    const matrix: StoredBlocks = {
      ...{ dims: [rows, columns], bits, blockSize },
      codes: bytes('codes', [packed(codes, bits).length], packed(codes, bits)),
      zeroPoints: bytes('zeros', [packed(zeros, bits).length], packed(zeros, bits)),
      scales: floats('scales', [scales.length], scales),
    };
    const expected = codes.flatMap((row, r) =>
      row.map((code, c) => {
        const block = Math.floor(c / blockSize);
        return Math.fround((code - zeros[r][block]) * scales[r * blocks + block]);
      }),
    );
    expect([...dequantizedRows(model, matrix)]).toEqual(expected);
    expect([...dequantizedRows(model, matrix, 2, 2)]).toEqual(expected.slice(2 * columns, 4 * columns));
  });

  const node = (attributes: Readonly<Record<string, number>>) =>
    makeNode('MatMulNBits', ['ids', 'codes', 'scales'], ['y'], {
      domain: 'com.microsoft',
      attributes: Object.fromEntries(Object.entries(attributes).map(([name, int]) => [name, { int }])),
    });
  const read = (
    attributes: Readonly<Record<string, number>>,
    codes: TensorProto,
    scales: TensorProto,
    zeroPoints?: string,
  ) => {
    const zeros = [bytes('zeros', [2], [8, 8]), bytes('few', [1], [8])];
    const graph = graphOf([node(attributes)], [codes, scales, ...zeros]);
    return storedBlocks(graph, node(attributes), [2, 4], { codes: 'codes', scales: 'scales', zeroPoints });
  };
  const codes = bytes('codes', [2, 2], [0, 0, 0, 0]);
  const scales = floats('scales', [2], [1, 1]);

  test('are read where their sizes agree', () => {
    expect(read({ bits: 4, block_size: 16 }, codes, scales)).toMatchObject({ dims: [2, 4], bits: 4, blockSize: 16 });
    expect(read({ bits: 4, block_size: 16 }, codes, scales, 'zeros')?.zeroPoints?.name).toBe('zeros');
    expect(read({}, codes, scales)).toMatchObject({ bits: 4, blockSize: 128 });
  });

  test.each<[string, Parameters<typeof read>]>([
    ['two bits', [{ bits: 2, block_size: 16 }, codes, scales]],
    ['blocks of nothing', [{ block_size: 0 }, codes, scales]],
    ['blocks of less', [{ block_size: -4 }, codes, scales]],
    ['too few codes', [{ bits: 8, block_size: 16 }, codes, scales]],
    ['codes that are no whole rows', [{}, bytes('codes', [5], [0, 0, 0, 0, 0]), scales]],
    ['codes of another type', [{}, signed('codes', [2, 2], [0, 0, 0, 0]), scales]],
    ['too few scales', [{ block_size: 2 }, codes, scales]],
    ['too few zero points', [{}, codes, scales, 'few']],
    ['zero points that are not there', [{}, codes, scales, 'missing']],
  ])('are not with %s', (_, given) => {
    expect(read(...given)).toBeUndefined();
  });
});

describe('weights of a linear layer', () => {
  const weights = signed('w', [2, 3], [1, 2, 3, 4, 5, 6]);
  const stored = (initializers: readonly TensorProto[], transposed = false, axis?: number) => {
    const inputs = ['w', 's', 'z'].slice(0, initializers.length);
    const attributes = axis === undefined ? undefined : { axis: { int: axis } };
    return storedWeights(
      graphOf([makeNode('DequantizeLinear', inputs, ['y'], { attributes })], initializers),
      'y',
      transposed,
    );
  };

  test('are a constant, seen through copies', () => {
    const graph = graphOf([makeNode('Identity', ['w'], ['y'])], [floats('w', [1, 1], [7])]);
    expect(storedWeights(graph, 'y', false)?.weights.name).toBe('w');
    expect(storedWeights(graph, 'ids', false)).toBeUndefined();
  });

  test('have one scale for all columns, or one for each', () => {
    expect(stored([weights, scalar('s', 0.5)])?.scale).toEqual(Float32Array.of(0.5, 0.5, 0.5));
    expect(stored([weights, floats('s', [3], [1, 2, 3])])?.scale).toEqual(Float32Array.of(1, 2, 3));
    expect(stored([weights, floats('s', [3], [1, 2, 3])], false, -1)?.scale).toEqual(Float32Array.of(1, 2, 3));
    expect(stored([weights, floats('s', [2], [1, 2])], true, 0)?.scale).toEqual(Float32Array.of(1, 2));
    expect(stored([weights, scalar('s', 1), signed('z', [], [0])])?.scale).toEqual(Float32Array.of(1, 1, 1));
  });

  test.each<[string, Parameters<typeof stored>]>([
    ['scales of rows', [[weights, floats('s', [2], [1, 2])], false, 0]],
    ['scales along the wrong axis', [[weights, floats('s', [2], [1, 2])], true, 1]],
    ['a zero point', [[weights, scalar('s', 1), signed('z', [], [3])]]],
    ['codes without a sign', [[bytes('w', [2, 3], [1, 2, 3, 4, 5, 6]), scalar('s', 1)]]],
    ['three dimensions', [[signed('w', [1, 2, 3], [1, 2, 3, 4, 5, 6]), scalar('s', 1)]]],
  ])('are not read with %s', (_, given) => {
    expect(stored(...given)).toBeUndefined();
  });
});

describe('a table that is looked up', () => {
  const gather = (table: string, output = 'y') => makeNode('Gather', [table, 'ids'], [output]);
  const table = floats('t', [3, 2], [1, 2, 3, 4, 5, 6]);

  test('of floats', () => {
    const graph = graphOf([gather('t')], [table]);
    const found = matchLookup(graph, 'y');
    expect(found?.indices).toBe('ids');
    expect([...tableRows(graph.model, found!.table, 1, 2)]).toEqual([3, 4, 5, 6]);
    expect([...tableRows(graph.model, found!.table, 2, 5)]).toEqual([5, 6]);
  });

  test.each([
    ['before it is widened', [gather('t', 'q'), makeNode('DequantizeLinear', ['q', 's', 'z'], ['y'])]],
    ['after it is widened', [makeNode('DequantizeLinear', ['t', 's', 'z'], ['f']), gather('f')]],
  ])('of bytes with one scale, %s', (_, nodes) => {
    const rows = bytes('t', [2, 2], [128, 130, 0, 255]);
    const graph = graphOf(nodes, [rows, scalar('s', 0.5), bytes('z', [], [128])]);
    const found = matchLookup(graph, 'y');
    expect(found?.indices).toBe('ids');
    expect([...tableRows(graph.model, found!.table, 0, 2)]).toEqual([0, 1, -64, 63.5]);
    const { codes, offset } = centredTable(graph.model, rows, found!.table.uniform!);
    expect(Array.from(new Int8Array(codes), (code) => code * 0.5 + offset)).toEqual([0, 1, -64, 63.5]);
  });

  test('of signed bytes with one scale and a zero point', () => {
    const rows = signed('t', [1, 2], [-128, 127]);
    const nodes = [gather('t', 'q'), makeNode('DequantizeLinear', ['q', 's', 'z'], ['y'])];
    const graph = graphOf(nodes, [rows, scalar('s', 2), signed('z', [], [-1])]);
    const found = matchLookup(graph, 'y');
    expect([...tableRows(graph.model, found!.table, 0, 1)]).toEqual([-254, 256]);
    expect(centredTable(graph.model, rows, found!.table.uniform!).offset).toBe(2);
  });

  test.each([
    ['scales behind', ['rows', 'factors']],
    ['scales before', ['factors', 'rows']],
  ])('of bytes with a scale for each row: %s', (_, inputs) => {
    const nodes = [
      gather('t', 'codes'),
      makeNode('Cast', ['codes'], ['rows'], { attributes: { to: { int: dataType.float } } }),
      gather('s', 'factors'),
      makeNode('Mul', inputs, ['y']),
    ];
    const graph = graphOf(nodes, [signed('t', [2, 2], [1, -2, 3, -4]), floats('s', [2, 1], [10, 100])]);
    const found = matchLookup(graph, 'y');
    expect([...tableRows(graph.model, found!.table, 0, 2)]).toEqual([10, -20, 300, -400]);
    expect([...tableRows(graph.model, found!.table, 1, 1)]).toEqual([300, -400]);
  });

  test.each<[string, NodeProto[], TensorProto[]]>([
    ['three dimensions', [gather('t')], [floats('t', [1, 1, 1], [1])]],
    ['whole numbers', [gather('t')], [integers('t', [1, 2])]],
    ['a table that is no constant', [gather('ids')], []],
    [
      'several scales',
      [makeNode('DequantizeLinear', ['t', 's'], ['f']), gather('f')],
      [bytes('t', [2, 1], [1, 2]), floats('s', [2], [1, 2])],
    ],
    ['something else', [makeNode('Add', ['t', 't'], ['y'])], [table]],
  ])('is none: %s', (_, nodes, initializers) => {
    expect(matchLookup(graphOf(nodes, initializers), 'y')).toBeUndefined();
  });
});
