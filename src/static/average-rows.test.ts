import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadBinding } from '../native/index.js';
import { floatsToHalves, randomNumbers } from '../numbers/index.js';
import { averageRows } from './average-rows.js';
import { rowTypes, type StaticTable } from './static-table.js';

const [rows, columns, tokens] = [50, 27, 80];
const random = randomNumbers(3);
const numbers = (length: number) => Float32Array.from({ length }, () => 4 * random() - 2);
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

const data = {
  [rowTypes.float]: bytesOf(numbers(rows * columns)),
  [rowTypes.float16]: bytesOf(
    floatsToHalves(numbers(rows * columns).map((value, i) => (i < 9 ? value * 2 ** -22 : value))),
  ),
  [rowTypes.int8]: bytesOf(Int8Array.from(numbers(rows * columns), (value) => 60 * value)),
};
const ways: readonly Pick<StaticTable, 'scales' | 'weights' | 'mapping'>[] = [
  {},
  { scales: numbers(rows) },
  { weights: numbers(tokens), mapping: Int32Array.from({ length: tokens }, () => Math.floor(rows * random())) },
];
const lengths = [0, 1, 2, 7, 0, 300, 33];
const offsets = Int32Array.from([0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b))]);
const ids = Int32Array.from({ length: offsets[lengths.length] }, () => Math.floor(rows * random()));

const loaded = loadBinding();

test
  .skipIf('reason' in loaded)
  .each(
    Object.values(rowTypes).flatMap((type) =>
      ways.flatMap((way) => [true, false].map((normalize) => ({ type, way, normalize }))),
    ),
  )('native code gives the same bits: type $type, $way, $normalize', async ({ type, way, normalize }) => {
  const table: StaticTable = { data: data[type], type, rows, columns, ...way };
  const expected = averageRows(table, { ids, offsets }, normalize);
  const out = new Float32Array(lengths.length * columns);
  const { scales, weights, mapping } = way;
  if ('binding' in loaded) {
    const how = [scales, weights, mapping] as const;
    await loaded.binding.averageRows(table.data, type, columns, ...how, ids, offsets, normalize, out);
  }
  expect(out).toEqual(expected);
});

test('the mean of rows, and zeros where there are none', () => {
  const table: StaticTable = { data: bytesOf(Float32Array.of(1, 2, 3, 6)), type: rowTypes.float, rows: 2, columns: 2 };
  const batch = { ids: Int32Array.of(0, 1, 1), offsets: Int32Array.of(0, 2, 2, 3) };
  expect([...averageRows(table, batch, false)]).toEqual([2, 4, 0, 0, 3, 6]);
  expect(Math.hypot(...averageRows(table, batch, true).subarray(0, 2))).toBeCloseTo(1, 6);
});

describe('by hand', () => {
  const one = (table: StaticTable, ids: readonly number[], normalize = false) => [
    ...averageRows(table, { ids: Int32Array.from(ids), offsets: Int32Array.of(0, ids.length) }, normalize),
  ];
  const floats = (...values: readonly number[]): StaticTable => ({
    ...{ data: bytesOf(Float32Array.from(values)), type: rowTypes.float, rows: values.length / 2, columns: 2 },
  });

  test('bytes are numbers from -128 to 127, times the scale of their row', () => {
    const bytes = { data: Uint8Array.of(0x80, 0x7f, 0xff, 1), type: rowTypes.int8, rows: 2, columns: 2 };
    expect(one(bytes, [0])).toEqual([-128, 127]);
    expect(one({ ...bytes, scales: Float32Array.of(0.5, 2) }, [0, 1, 1])).toEqual(
      [(-64 - 4) / 3, (63.5 + 4) / 3].map(Math.fround),
    );
  });

  test('halves are widened as they are: the smallest, the largest, infinite ones', () => {
    const halves = Uint16Array.of(0x0001, 0x7bff, 0x8000, 0xfc00);
    const table = { data: bytesOf(halves), type: rowTypes.float16, rows: 2, columns: 2 };
    expect(one(table, [0])).toEqual([2 ** -24, 65504]);
    // A sum begins with 0, and 0 + -0 is 0.
    expect(one(table, [1])).toEqual([0, Number.NEGATIVE_INFINITY]);
  });

  test('scales belong to rows, weights to tokens', () => {
    const table = {
      ...floats(1, 2, 10, 20),
      ...{ scales: Float32Array.of(3, 5), weights: Float32Array.of(1, 7, 11), mapping: Int32Array.of(1, 0, 1) },
    };
    expect([one(table, [0]), one(table, [1]), one(table, [2])]).toEqual([
      [50, 100],
      [21, 42],
      [550, 1100],
    ]);
  });

  test('a text whose vectors cancel out has the vector of zeros, and no NaN', () => {
    expect(one(floats(1, -2, -1, 2), [0, 1], true)).toEqual([0, 0]);
    expect(one({ ...floats(1, 2), weights: Float32Array.of(0) }, [0], true)).toEqual([0, 0]);
  });

  test('vectors whose squares no float32 holds get the length 1', () => {
    for (const size of [1e30, 1e-20]) {
      const [x, y] = one(floats(3 * size, 4 * size), [0], true);
      expect(x).toBeCloseTo(0.6, 6);
      expect(y).toBeCloseTo(0.8, 6);
    }
  });

  test('rows need not be aligned', () => {
    for (const [type, array] of [
      [rowTypes.float, Float32Array.of(1, 2, 3, 4)],
      [rowTypes.float16, floatsToHalves(Float32Array.of(1, 2, 3, 4))],
    ] as const) {
      const moved = new Uint8Array(array.byteLength + 1);
      moved.set(bytesOf(array), 1);
      expect(one({ data: moved.subarray(1), type, rows: 2, columns: 2 }, [0, 1])).toEqual([2, 3]);
    }
  });

  test('a text gets the same bits alone and beside others', () => {
    const table: StaticTable = { data: data[1], type: rowTypes.float, rows, columns, weights: numbers(rows) };
    const texts = fc.array(fc.array(fc.nat({ max: rows - 1 }), { maxLength: 9 }), { maxLength: 6 });
    fc.assert(
      fc.property(texts, fc.boolean(), (all, normalize) => {
        const ends = all.map((_, i) => all.slice(0, i + 1).flat().length);
        const batch = { ids: Int32Array.from(all.flat()), offsets: Int32Array.from([0, ...ends]) };
        expect([...averageRows(table, batch, normalize)]).toEqual(all.flatMap((ids) => one(table, ids, normalize)));
      }),
      { numRuns: 40 },
    );
  });
});

test.skipIf('reason' in loaded)('native code refuses what leads outside of the table', () => {
  const run = (changed: { ids?: Int32Array; offsets?: Int32Array; out?: Float32Array; mapping?: Int32Array }) => {
    const {
      ids: given = Int32Array.of(0),
      offsets: bounds = Int32Array.of(0, 1),
      out = new Float32Array(columns),
    } = changed;
    return () =>
      'binding' in loaded &&
      loaded.binding.averageRows(data[1], 1, columns, undefined, undefined, changed.mapping, given, bounds, true, out);
  };
  for (const wrong of [
    { ids: Int32Array.of(rows) },
    { ids: Int32Array.of(-1) },
    { offsets: Int32Array.of(0, 2) },
    { offsets: Int32Array.of(1, 1) },
    { offsets: Int32Array.of(0, 5, 1), out: new Float32Array(2 * columns) },
    { out: new Float32Array(1) },
    { mapping: Int32Array.of(rows) },
  ]) {
    expect(run(wrong)).toThrow(/do not fit/);
  }
});
