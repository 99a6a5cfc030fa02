import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPairs } from './read-pairs.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-pairs-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(name: string, content: string) {
  const path = join(folder, name);
  await writeFile(path, content);
  return readPairs(path);
}

describe('pairs are read', () => {
  const expected = [
    { query: 'cats', texts: ['They sleep.', 'They purr.'] },
    { query: 'dogs', texts: ['They bark.', 'They dig.'] },
  ];

  test.each([
    [
      'a.jsonl',
      '{"query":"cats","document":"They sleep."}\n{"query":"dogs","document":"They bark."}\n' +
        '{"query":"cats","document":"They purr."}\n{"query":"dogs","document":"They dig.","score":1}\n',
    ],
    [
      'a.json',
      '[{"query":"cats","text":"They sleep."},{"query":"cats","text":"They purr."},' +
        '{"query":"dogs","text":"They bark."},{"query":"dogs","text":"They dig."}]',
    ],
    ['a.csv', 'query,document\ncats,They sleep.\ndogs,They bark.\ncats,They purr.\n"dogs","They dig."\n'],
    ['a.tsv', 'document\tquery\nThey sleep.\tcats\nThey purr.\tcats\nThey bark.\tdogs\nThey dig.\tdogs\n'],
  ])('of %s, those of a query together', async (name, content) => {
    expect(await read(name, content)).toEqual(expected);
  });

  test('once each, and the document before the text where there are both', async () => {
    const line = (document: string) => `${JSON.stringify({ query: 'q', document, text: 'title' })}\n`;
    expect(await read('a.jsonl', line('a') + line('b') + line('a'))).toEqual([{ query: 'q', texts: ['a', 'b'] }]);
  });
});

describe('is refused', () => {
  test.each([
    ['{"query":"q","document":"a"}\n{"query":"q"}\n', 'line 2 holds no "document"'],
    ['{"document":"a"}\n', 'line 1 holds no "query"'],
    ['{"query":" ","document":"a"}\n', 'line 1 holds no "query"'],
    ['{"query":"q","document":3}\n', 'line 1 holds no "document"'],
    ['"only a text"\n', 'line 1 holds no "query"'],
    ['{"query":"q","document":"a"}\n{broken\n', 'line 2 '],
    ['{"query":"q","document":"a"}\n{"query":"q","document":"a"}\n', 'the query "q" has one document only'],
    ['', 'there are none'],
  ])('%j: %s', async (content, why) => {
    await expect(read('a.jsonl', content)).rejects.toMatchObject({
      ...{ code: 'TEXTS_INVALID', message: expect.stringContaining(why) },
    });
  });

  test('a file that is not there', async () => {
    await expect(readPairs(join(folder, 'none.jsonl'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
