import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parquetSink } from './parquet-sink.js';
import { type StoredType, storeVectors } from './stored-vectors.js';

let folder: string;
let path: string;
let file: FileHandle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  path = join(folder, 'out.parquet');
  file = await open(path, 'w+');
});
afterEach(() => file.close());

const vectors = (type: StoredType, ...rows: number[][]) =>
  storeVectors({ data: Float32Array.from(rows.flat()), rows: rows.length, columns: rows[0].length }, type);

async function readBack(): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(path) });
}

const numbers = (row: Record<string, unknown>) => Array.from(row.embedding as ArrayLike<number>, Number);

describe('a Parquet file', () => {
  test('holds ids as text, null where there is none, texts of any kind, and vectors', async () => {
    const sink = parquetSink({ file, type: 'float32', width: 2 });
    const texts = [{ text: 'a', id: 7 }, { text: '', id: 2n ** 60n }, { text: '😀\n"', id: '' }, { text: 'd' }];
    sink.append(texts, vectors('float32', [1, -2], [0.5, 3e-7], [0, 0], [9, 9]));
    const length = await sink.finish();
    expect((await file.stat()).size).toBe(length);
    const rows = await readBack();
    expect(rows.map(({ id, text }) => [id ?? null, text])).toEqual([
      ['7', 'a'],
      ['1152921504606846976', ''],
      ['', '😀\n"'],
      [null, 'd'],
    ]);
    expect(numbers(rows[1])).toEqual([0.5, Math.fround(3e-7)]);
  });

  test.each([
    ['ubinary', [0b10100000]],
    ['binary', [0b10100000 - 128]],
  ] as [StoredType, number[]][])('holds %s as whole numbers', async (type, expected) => {
    const sink = parquetSink({ file, type, width: 1 });
    sink.append([{ text: 'a' }], vectors(type, [1, -1, 1]));
    await sink.finish();
    expect(numbers((await readBack())[0])).toEqual(expected);
  });

  test('holds base64 as text', async () => {
    const sink = parquetSink({ file, type: 'base64', width: 2 });
    sink.append([{ text: 'a' }], vectors('base64', [1, -2]));
    await sink.finish();
    expect((await readBack())[0].embedding).toBe('AACAPwAAAMA=');
  });

  test('without rows can be read', async () => {
    await parquetSink({ file, type: 'float32', width: 2 }).finish();
    expect(await readBack()).toEqual([]);
  });
});

describe('a sink that died', () => {
  test('is continued by another, group by group', async () => {
    const first = parquetSink({ file, type: 'float32', width: 1 });
    const formats: unknown[] = [];
    let bytes = 0;
    for (const text of ['a', 'b']) {
      first.append([{ text }], vectors('float32', [text === 'a' ? 1 : 2]));
      const flushed = await first.flush();
      formats.push(flushed.format);
      bytes = flushed.bytes;
    }
    first.append([{ text: 'lost' }], vectors('float32', [9]));
    const second = parquetSink({ file, type: 'float32', width: 1, state: { bytes, formats } });
    second.append([{ text: 'c' }], vectors('float32', [3]));
    await second.finish();
    expect((await readBack()).map((row) => [row.text, ...numbers(row)])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    const { num_rows, row_groups } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    expect([num_rows, row_groups.length]).toEqual([3n, 3]);
  });

  test('is made whole where nothing was left to write', async () => {
    const first = parquetSink({ file, type: 'float32', width: 1 });
    first.append([{ text: 'a' }], vectors('float32', [1]));
    const { bytes, format } = await first.flush();
    await parquetSink({ file, type: 'float32', width: 1, state: { bytes, formats: [format] } }).finish();
    expect(await readBack()).toHaveLength(1);
  });
});

test('a group is written when it has a million numbers, and not before', () => {
  const sink = parquetSink({ file, type: 'float32', width: 2 ** 19 });
  const row = storeVectors({ data: new Float32Array(2 ** 19), rows: 1, columns: 2 ** 19 }, 'float32');
  expect(sink.due).toBe('later');
  sink.append([{ text: 'a' }], row);
  expect(sink.due).toBe('later');
  sink.append([{ text: 'b' }], row);
  expect(sink.due).toBe('now');
});
