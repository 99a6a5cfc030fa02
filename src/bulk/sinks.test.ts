import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test } from 'vitest';
import { vectorRanges } from '../embed/index.js';
import { jsonLines, jsonlSink } from './jsonl-sink.js';
import { npySink } from './npy-sink.js';
import { parquetSink } from './parquet-sink.js';
import { columnVector, type StoredType, storedTypes, storedWidth, storeVectors } from './stored-vectors.js';
import type { SinkTarget, VectorSink } from './vector-sink.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-sinks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const columns = 16;
const all = {
  rows: 40,
  columns,
  data: Float32Array.from({ length: 40 * columns }, (_, i) => Math.fround(Math.sin(i))),
};
const records = Array.from({ length: all.rows }, (_, i) => ({
  text: `text ${i} 😀`,
  ...(i % 3 === 0 ? {} : { id: i % 3 === 1 ? i : `id ${i}` }),
}));

/** Some rows of all, as they are stored. */
const part = (type: StoredType, start: number, end: number) =>
  storeVectors(
    { rows: end - start, columns, data: all.data.slice(start * columns, end * columns) },
    type,
    vectorRanges(all),
  );

/** Writes all rows; `cuts` are rows before which what is in memory is written, and a new sink takes over. */
async function write(openSink: (target: SinkTarget) => VectorSink, type: StoredType, cuts: readonly number[]) {
  const path = join(folder, 'out');
  const file = await open(path, 'w+');
  const target = { file, type, width: storedWidth(type, columns) };
  let sink = openSink(target);
  const formats: unknown[] = [];
  let start = 0;
  for (const end of [...new Set([...cuts, all.rows])].sort((a, b) => a - b)) {
    sink.append(records.slice(start, end), part(type, start, end));
    start = end;
    const { bytes, format } = await sink.flush();
    formats.push(...(format === undefined ? [] : [format]));
    if (end < all.rows) {
      // What was written behind it before the process died.
      await file.truncate(bytes);
      await file.write(Buffer.from('rubbish'), 0, 7, bytes);
      sink = openSink({ ...target, state: { bytes, formats: JSON.parse(JSON.stringify(formats)) } });
    }
  }
  const length = await sink.finish();
  await file.truncate(length);
  await file.close();
  return path;
}

const rowsOf = (type: StoredType) => records.map((_, i) => columnVector(part(type, 0, all.rows), i));

describe.each(storedTypes)('vectors as %s', (type) => {
  test('in lines of JSON', async () => {
    const lines = readFileSync(await write(jsonlSink, type, [7, 8]), 'utf8')
      .trimEnd()
      .split('\n');
    // The shortest digits are those of the same float32.
    const asFloat32 = (_: string, value: unknown) => (typeof value === 'number' ? Math.fround(value) : value);
    expect(lines.map((line) => JSON.parse(line, type === 'float32' ? asFloat32 : undefined))).toEqual(
      rowsOf(type).map((embedding, i) => ({ ...records[i], embedding })),
    );
  });

  test.skipIf(type === 'base64')('in a NumPy file', async () => {
    const bytes = readFileSync(await write(npySink, type, [20]));
    const names = { float32: '<f4', int8: '|i1', uint8: '|u1', binary: '|i1', ubinary: '|u1', base64: '' };
    const width = storedWidth(type, columns);
    expect(bytes.subarray(0, 10).toString('latin1')).toBe('\x93NUMPY\x01\x00\x76\x00');
    expect(bytes.subarray(10, 128).toString()).toContain(
      `{'descr': '${names[type]}', 'fortran_order': False, 'shape': (40, ${width}), }`,
    );
    const { data } = part(type, 0, all.rows);
    expect(bytes.subarray(128).equals(Buffer.from(data.buffer))).toBe(true);
  });

  test('in a Parquet file', async () => {
    const file = await asyncBufferFromFile(await write(parquetSink, type, [5, 30]));
    const { row_groups: groups } = await parquetMetadataAsync(file);
    expect(groups.map((group) => Number(group.num_rows))).toEqual([5, 25, 10]);
    const rows = await parquetReadObjects({ file });
    expect(rows.map(({ text }) => text)).toEqual(records.map(({ text }) => text));
    expect(rows.map(({ id }) => id)).toEqual(records.map(({ id }) => (id === undefined ? null : String(id))));
    expect(rows.map(({ embedding }) => (type === 'base64' ? embedding : Array.from(embedding)))).toEqual(rowsOf(type));
  });
});

test('an id keeps all its digits', () => {
  const record = { id: 12345678901234567890n, text: 'a' };
  const [line] = jsonLines([record], part('float32', 0, 1)).split('\n');
  expect(line).toMatch(/^{"id":12345678901234567890,"text":"a","embedding":\[/);
  expect(JSON.parse(line)).toHaveProperty('embedding');
});

test('a file that many sinks have written is the one that a single sink writes', async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 39 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(cuts, fc.constantFrom(jsonlSink, npySink), async (places, openSink) => {
      const whole = readFileSync(await write(openSink, 'float32', []));
      expect(readFileSync(await write(openSink, 'float32', places)).equals(whole)).toBe(true);
    }),
    { numRuns: 30 },
  );
});
