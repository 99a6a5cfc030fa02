import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDocuments } from './read-documents.js';
import type { SkippedFile } from './walk-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-read-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('documents of a file', () => {
  async function read(name: string, content: string, maxFileBytes = 1000) {
    const path = join(folder, name);
    await writeFile(path, content);
    const skipped: string[] = [];
    const onSkipped = ({ reason }: SkippedFile) => skipped.push(reason);
    const documents = [];
    const file = { id: `docs/${name}`, path, bytes: Buffer.byteLength(content) };
    for await (const { id, parse, content: hashed } of readDocuments(file, {
      maxFileBytes,
      field: 'text',
      onSkipped,
    })) {
      const { blocks, metadata } = await parse();
      documents.push({ id, metadata, text: blocks.map(({ text }) => text).join('|'), hashed: String(hashed) });
    }
    return {
      documents: documents.map(({ hashed, ...rest }) => rest),
      hashed: documents.map((one) => one.hashed),
      skipped,
    };
  }

  test('one of a file of text', async () => {
    expect(await read('a.md', '# T\ntext')).toMatchObject({
      documents: [{ id: 'docs/a.md', metadata: {}, text: 'T|text' }],
      skipped: [],
    });
  });

  test('none of a format that is not known, nor of a large file', async () => {
    expect(await read('a.exe', 'x')).toMatchObject({ documents: [], skipped: ['its format is not known'] });
    expect((await read('a.md', 'x'.repeat(1001))).skipped).toEqual([expect.stringContaining('it is larger than')]);
    expect((await read('a.jsonl', `{"text":"${'x'.repeat(2000)}"}\n`)).documents).toHaveLength(1);
  });

  test('one of each row that has a text', async () => {
    const rows = ['{"_id":"7","title":"T","text":"one","year":2020}', '"two"', '{"text":" "}', '{"other":1}'];
    const { documents, skipped } = await read('rows.jsonl', `${rows.join('\n')}\n`);
    expect(documents).toEqual([
      { id: 'docs/rows.jsonl#7', metadata: expect.objectContaining({ title: 'T', year: 2020 }), text: 'T|one' },
      { id: expect.stringMatching(/^docs\/rows\.jsonl#.*2/), metadata: {}, text: 'two' },
    ]);
    expect(skipped).toEqual([expect.stringContaining('2 rows without a text')]);
  });

  test('numbers of a table of text are numbers; what only looks like one stays a text', async () => {
    const table = 'text,year,plus,zip,empty,name,title\none,2024,+1,01234,,Infinity,1984\ntwo,-0.5,1e3,7,,NaN,NaN\n';
    const { documents } = await read('t.csv', table);
    expect(documents.map(({ metadata }) => metadata)).toEqual([
      { year: 2024, plus: '+1', zip: '01234', empty: '', name: 'Infinity', title: 1984 },
      { year: -0.5, plus: '1e3', zip: 7, empty: '', name: 'NaN', title: 'NaN' },
    ]);
    expect(documents.map(({ text }) => text)).toEqual(['1984|one', 'NaN|two']);
  });

  test('a row is another one as soon as any of its fields is', async () => {
    const one = await read('a.csv', 'text,n\nInfinity,1\n');
    const other = await read('a.csv', 'text,n\nNaN,1\n');
    expect(one.hashed).not.toEqual(other.hashed);
  });
});
