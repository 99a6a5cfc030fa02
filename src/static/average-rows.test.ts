import { expect, test } from 'vitest';
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
