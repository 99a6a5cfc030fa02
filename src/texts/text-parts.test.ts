import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { cutTexts, groupParts, openPart, type RandomAccessFile, type SizedPart } from './text-parts.js';

/** A file in memory, streamed in pieces of seven bytes so that lines are torn. */
function fileOf(name: string, content: string | Uint8Array): RandomAccessFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    name,
    size: bytes.length,
    read: async (start, end) => bytes.slice(start, end),
    stream: async function* (start, end) {
      for (let at = start; at < end; at += 7) {
        yield bytes.slice(at, Math.min(end, at + 7));
      }
    },
  };
}

async function textsOf(file: RandomAccessFile, parts: readonly SizedPart[]) {
  const texts = [];
  for (const { part } of parts) {
    for await (const { text, place } of (await openPart(file, part)).records) {
      texts.push(`${place}: ${text}`);
    }
  }
  return texts;
}

describe('lines', () => {
  test('are cut behind line breaks, and say where they stand in the whole file', async () => {
    const file = fileOf('a.txt', 'one\ntwo\r\n\nfour\nfive');
    const parts = await cutTexts(file, 2);
    expect(parts.map(({ rows }) => rows)).toEqual([2, 2, 1]);
    expect(await textsOf(file, parts)).toEqual([
      'line 1: one',
      'line 2: two',
      'line 3: ',
      'line 4: four',
      'line 5: five',
    ]);
  });

  test('the last may have its line break or not', async () => {
    expect(await cutTexts(fileOf('a.txt', 'a\nb\n'), 2)).toEqual([
      { part: { kind: 'lines', bytes: [0, 4], linesBefore: 0 }, rows: 2 },
    ]);
    expect((await cutTexts(fileOf('a.txt', 'a\nb\nc'), 2)).map(({ rows }) => rows)).toEqual([2, 1]);
  });

  test('a byte order mark is taken off the first line alone', async () => {
    const file = fileOf('a.txt', '\uFEFFone\n\uFEFFtwo\n');
    expect(await textsOf(file, await cutTexts(file, 1))).toEqual(['line 1: one', 'line 2: \uFEFFtwo']);
  });

  test('rows without a text are passed over, unless they are the first hundred', async () => {
    const good = fileOf('a.jsonl', 'broken\n{"text": "one"}\n');
    expect((await cutTexts(good, 10)).map(({ rows }) => rows)).toEqual([2]);
    const other = fileOf('a.jsonl', '{"body": "one"}\n{"body": "two"}\n');
    await expect(cutTexts(other, 10)).rejects.toMatchObject({
      code: 'TEXTS_INVALID',
      message: expect.stringContaining('"body", which --field can name'),
    });
    const many = fileOf('a.jsonl', '{"body": "one"}\n'.repeat(500));
    await expect(cutTexts(many, 1000)).rejects.toMatchObject({ code: 'TEXTS_INVALID' });
  });
});

test('a file without a text is refused', async () => {
  await expect(cutTexts(fileOf('a.txt', ''), 2)).rejects.toMatchObject({ code: 'TEXTS_INVALID' });
  await expect(cutTexts(fileOf('a.csv', 'text\n'), 2)).rejects.toMatchObject({ code: 'TEXTS_INVALID' });
});

test('what cannot be cut is one part', async () => {
  const file = fileOf('a.csv', 'text,id\n"one\nand more",1\ntwo,2\n');
  const parts = await cutTexts(file, 1);
  expect(parts).toEqual([{ part: { kind: 'whole' }, rows: 2 }]);
  expect(await textsOf(file, parts)).toEqual(['line 3: one\nand more', 'line 4: two']);
});

describe('Parquet', () => {
  const texts = Array.from({ length: 10 }, (_, i) => `text ${i}`);
  const file = fileOf(
    'a.parquet',
    new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'text', data: texts }], rowGroupSize: 3 })),
  );

  test('is cut between row groups', async () => {
    const parts = await cutTexts(file, 6);
    expect(parts).toEqual([
      { part: { kind: 'groups', groups: [0, 2] }, rows: 6 },
      { part: { kind: 'groups', groups: [2, 4] }, rows: 4 },
    ]);
    expect(await textsOf(file, parts)).toEqual(texts.map((text, i) => `row ${i + 1}: ${text}`));
  });

  test('without the column is refused with the columns that there are', async () => {
    await expect(cutTexts(file, 6, { field: 'body' })).rejects.toMatchObject({
      message: expect.stringContaining('it has no column "body"; there is "text"'),
    });
  });

  test.each([
    [[5, 1, 1], 3, [5, 2]],
    [[1, 1, 1, 1], 2, [2, 2]],
    [[0, 0], 2, []],
    [[2, 9, 2], 4, [2, 9, 2]],
  ])('groups %j into parts of %i rows: %j', (groups, rowsPerPart, expected) => {
    expect(groupParts(groups, rowsPerPart).map(({ rows }) => rows)).toEqual(expected);
  });
});
