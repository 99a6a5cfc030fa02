import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as zlib from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { readTask } from './read-task.js';
import { allRecords } from './records.js';

/** Files that pyarrow wrote. */
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../test/fixtures/parquet/${name}.parquet`, import.meta.url));

async function rowsOf(path: string, columns = ['text', 'label', 'score']): Promise<unknown[]> {
  const rows = await allRecords([path], z.record(z.string(), z.unknown()));
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name))));
}

const expected = Array.from({ length: 7 }, (_, i) => ({ text: `text ${i} ü`, label: i % 2 }));

test.each(['none', 'snappy', 'gzip', 'brotli'])(
  '%s: all groups of rows, wanted columns alone, numbers as numbers',
  async (codec) => {
    expect(await rowsOf(fixture(`labelled-${codec}`))).toEqual(expected);
  },
);

test('zstd, where Node has it; else it is said where it is', async () => {
  const reading = rowsOf(fixture('labelled-zstd'));
  if ('zstdDecompressSync' in zlib) {
    expect(await reading).toEqual(expected);
  } else {
    await expect(reading).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('22.15 has'),
    });
  }
});

test('a compression that cannot be read is named', async () => {
  await expect(rowsOf(fixture('labelled-lz4'))).rejects.toThrow(
    /labelled-lz4.parquet .*compressed with LZ4\w* \(write it/,
  );
});

test('lists are lists', async () => {
  const columns = ['sentences', 'labels'];
  expect(await rowsOf(fixture('sets'), columns)).toEqual([
    { sentences: ['a', 'b', 'c'], labels: ['1', '2', '1'] },
    { sentences: ['d', 'e', 'f'], labels: ['x', 'x', 'y'] },
  ]);
  expect(await readTask(fixture('sets'))).toMatchObject({
    kind: 'clustering',
    sets: [
      [{ text: 'a', label: '1' }, {}, {}],
      [{}, {}, {}],
    ],
  });
  expect(await readTask(fixture('pairs'))).toEqual({
    kind: 'pair-classification',
    name: 'pairs',
    pairs: [
      { first: 'a', second: 'c', label: 1 },
      { first: 'b', second: 'd', label: 0 },
    ],
  });
});

test('files that are none, or damaged anywhere, are an error with their name', async () => {
  await expect(rowsOf('/nowhere.parquet')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  const folder = mkdtempSync(join(tmpdir(), 'octavec-parquet-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'x.parquet');
  const whole = readFileSync(fixture('labelled-snappy'));
  for (const bytes of [Buffer.alloc(0), Buffer.from('<html>'), whole.subarray(0, 200), whole.subarray(200)]) {
    writeFileSync(path, bytes);
    await expect(rowsOf(path)).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(path) });
  }
  // Whatever a single wrong byte does, it ends in rows or in the error of the table.
  for (let place = 4; place < whole.length - 8; place += 13) {
    const damaged = Buffer.from(whole);
    damaged[place] ^= 0xff;
    writeFileSync(path, damaged);
    const outcome = await rowsOf(path).catch((error: { code: string }) => error.code);
    expect(Array.isArray(outcome) || outcome).toSatisfy((seen) => seen === true || seen === 'DATA_INVALID');
  }
});
