import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, test } from 'vitest';
import { closable } from './closable.js';
import { openTexts, type TextFileOptions } from './open-texts.js';
import { joinSources, someTexts, type TextRecord, textsAsSource } from './text-record.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-texts-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string, options?: TextFileOptions): Promise<TextRecord[]> {
  const source = await openTexts(path, options);
  const records: TextRecord[] = [];
  for await (const record of source.records) {
    const { place: _, ...rest } = record;
    records.push(rest);
  }
  expect(source.share() ?? 1).toBe(1);
  return records;
}

const jsonl = '{"id":7,"text":"a"}\n"b"\n\n{"_id":"x","text":""}\n{"id":{},"text":"d"}\n';
const records = [{ id: 7, text: 'a' }, { text: 'b' }, { id: 'x', text: '' }, { text: 'd' }];

describe('openTexts', () => {
  test('reads lines, JSON lines, and compressed ones', async () => {
    expect(await read(file('a.txt', 'one\r\n\n {"text":"two"}\n'))).toEqual([
      { text: 'one' },
      { text: '' },
      { text: ' {"text":"two"}' },
    ]);
    expect(await read(file('a.jsonl', jsonl))).toEqual(records);
    expect(await read(file('a.ndjson', jsonl))).toEqual(records);
    expect(await read(file('a.jsonl.gz', gzipSync(jsonl)))).toEqual(records);
    expect(await read(file('empty.jsonl', ''))).toEqual([]);
  });

  test('looks at the first line where the name says nothing', async () => {
    expect(await read(file('b', jsonl))).toEqual(records);
    expect(await read(file('b', '"quoted" words\n{"text":"b"}'))).toEqual([
      { text: '"quoted" words' },
      { text: '{"text":"b"}' },
    ]);
    expect(await read(file('b', '{"text":"b"}'), { format: 'txt' })).toEqual([{ text: '{"text":"b"}' }]);
  });

  test('counts the lines of texts: only the last line break is none', async () => {
    const lines = (texts: readonly string[]) => texts.map((text) => ({ text }));
    expect(await read(file('lines.txt', '\n\na\n \n\n'))).toEqual(lines(['', '', 'a', ' ', '']));
    expect(await read(file('lines', '\n\na\n\n'))).toEqual(lines(['', '', 'a', '']));
    expect(await read(file('lines', '\n\n'))).toEqual(lines(['', '']));
    const source = await openTexts(file('lines', '\n\n{"text":"a"}\n \n"b"\n'));
    const seen: TextRecord[] = [];
    for await (const record of source.records) {
      const { place: _, ...rest } = record;
      seen.push(rest);
    }
    expect([seen, source.emptyLines?.()]).toEqual([lines(['a', 'b']), 3]);
  });

  test('keeps all digits of ids', async () => {
    const content =
      '{"id":12345678901234567890,"text":"a"}\n{"_id":-9007199254740993,"text":"b"}\n{"id":1.5,"text":"c"}';
    const ids = (await read(file('ids.jsonl', content))).map(({ id }) => id);
    expect(ids).toEqual([12345678901234567890n, -9007199254740993n, 1.5]);
  });

  test('takes the text from another field', async () => {
    expect(await read(file('c.jsonl', '{"content":"a","text":"b"}'), { field: 'content' })).toEqual([{ text: 'a' }]);
  });

  test.each(['SNAPPY', 'UNCOMPRESSED'] as const)('reads Parquet files (%s), row group by row group', async (codec) => {
    const rows = Array.from({ length: 25 }, (_, i) => i);
    const columnData = [
      { name: 'label', data: rows, type: 'INT32' as const },
      { name: 'id', data: rows.map(BigInt), type: 'INT64' as const },
      { name: 'text', data: rows.map((i) => `text ${i}`), type: 'STRING' as const },
    ];
    const path = file('d.parquet', new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 10, codec })));
    expect(await read(path)).toEqual(rows.map((i) => ({ id: i, text: `text ${i}` })));
    await expect(read(path, { field: 'body' })).rejects.toMatchObject({
      code: 'TEXTS_INVALID',
      message: expect.stringContaining('no column "body"; there is "label", "id", "text"'),
    });
    await expect(read(path, { field: 'label' })).rejects.toThrow('row 1 holds neither a string nor a "label"');
  });

  test.each<[string, string | Uint8Array, string, TextFileOptions?]>([
    [
      'e.jsonl',
      '{"text":"a"}\n{"title":"b","body":"c"}\n',
      'line 2 holds neither a string nor a "text"; there is "title", "body"',
    ],
    ['e.jsonl', '{"text":"a"}\n\nnot json\n', 'line 3 is not JSON'],
    ['e.jsonl', '[1]\n', 'line 1 holds neither'],
    ['e.jsonl', '{"text":null}\n', 'line 1 holds neither'],
    ['e.jsonl', '{}\n', 'line 1 holds neither a string nor a "constructor"', { field: 'constructor' }],
    ['e.txt', 'a\nb\0c\n', 'e.txt cannot be read: line 2 has a zero byte, as binary files and UTF-16 have'],
    ['e.bin', Buffer.from('\x7fELF\0\0\n', 'latin1'), 'line 1 has a zero byte'],
    ['e.parquet', 'PAR1 and nothing more', 'it is not a Parquet file'],
    ['e.jsonl.gz', 'not compressed', 'incorrect header check'],
  ])('says what is wrong: %s with %j', async (name, content, message, options) => {
    await expect(read(file(name, content), options)).rejects.toThrow(message);
  });

  test('says what cannot be opened', async () => {
    await expect(openTexts(join(folder, 'missing.txt'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(openTexts(folder)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
    await expect(openTexts('-', { format: 'parquet' })).rejects.toMatchObject({ code: 'TEXTS_INVALID' });
  });
});

test('joinSources puts one source behind the other', async () => {
  const source = joinSources(textsAsSource(['x']), await openTexts(file('f.txt', 'a\nb')));
  const texts: string[] = [];
  for await (const { text } of source.records) {
    texts.push(text);
  }
  expect(texts).toEqual(['x', 'a', 'b']);
  expect(source.name).toBe(join(folder, 'f.txt'));
  expect(source.share()).toBe(1);
});

test('someTexts refuses a source without any', async () => {
  const consume = async (content: string) => {
    const texts: string[] = [];
    for await (const { text } of someTexts(await openTexts(file('g.jsonl', content))).records) {
      texts.push(text);
    }
    return texts;
  };
  expect(await consume('"a"\n"b"')).toEqual(['a', 'b']);
  await expect(consume('\n')).rejects.toMatchObject({
    code: 'TEXTS_INVALID',
    message: expect.stringMatching(/g\.jsonl cannot be read: there are none/),
  });
});

test('sources of pipes are closed while they wait', async () => {
  const waiting = new PassThrough();
  let closed = 0;
  const source = {
    name: 'waiting',
    share: () => undefined,
    records: closable(
      (async function* () {
        yield { text: 'a' };
        for await (const _ of waiting) {
          // Nothing comes.
        }
      })(),
      () => {
        closed++;
        waiting.destroy();
      },
    ),
  };
  const records = joinSources(textsAsSource(['x']), someTexts(source)).records[Symbol.asyncIterator]();
  expect([(await records.next()).value, (await records.next()).value]).toEqual([{ text: 'x' }, { text: 'a' }]);
  const next = records.next();
  await Promise.allSettled([next, records.return?.()]);
  expect(closed).toBe(1);
});

describe('tables and arrays', () => {
  const expected = [
    { id: '1', text: 'a, "b"\nc' },
    { id: '2', text: '' },
  ];

  test('CSV with quotation marks, TSV without', async () => {
    expect(await read(file('t.csv', '\uFEFFid,text\r\n1,"a, ""b""\nc"\r\n2,\r\n'))).toEqual(expected);
    expect(await read(file('t.tsv', 'id\ttext\n1\t"a"\n'))).toEqual([{ id: '1', text: '"a"' }]);
    expect(await read(file('t.csv.gz', gzipSync('text\nx\n')))).toEqual([{ text: 'x' }]);
    await expect(read(file('t.csv', 'a,b\n1,2\n'))).rejects.toThrow('there is "a", "b"');
    await expect(read(file('t.csv', 'id,text\n1,x\n1,2,3\n'))).rejects.toThrow(
      'line 3 has 3 fields, the headings are 2',
    );
  });

  test('an array of strings and objects, also without a name', async () => {
    const json = '[ "a]\\"[", {"id": 9007199254740993, "text": "b"},\n {"text": "c", "n": [1, {"x": "]"}]} ]\n';
    const texts = [{ text: 'a]"[' }, { id: 9007199254740993n, text: 'b' }, { text: 'c' }];
    expect(await read(file('t.json', json))).toEqual(texts);
    expect(await read(file('unnamed', json))).toEqual(texts);
    expect(await read(file('t.json', '[]'))).toEqual([]);
    await expect(read(file('t.json', '["a", b]'))).rejects.toThrow('element 2 is not JSON');
    await expect(read(file('t.json', '["a"'))).rejects.toThrow('the array has no end');
    await expect(read(file('t.json', '{"text":"a"}'))).rejects.toThrow('must hold an array');
  });

  test.each(['md', 'html', 'pdf', 'docx', 'xlsx', 'zip'])(
    '.%s is refused with a hint, and read where asked',
    async (ending) => {
      const path = file(`t.${ending}`, 'a\n');
      await expect(openTexts(path)).rejects.toThrow('divide it into texts first');
      expect(await read(path, { format: 'txt' })).toEqual([{ text: 'a' }]);
    },
  );

  test.each(['txt', 'jsonl', 'csv', 'json'])(
    'what is not UTF-8 is an error with the line, or counted: .%s',
    async (format) => {
      const contents: Record<string, string> = {
        txt: 'a\nM\xfcller\n',
        jsonl: '"a"\n"M\xfcller"\n',
        csv: 'text\nM\xfcller\n',
        json: '["a",\n"M\xfcller"]',
      };
      const path = file(`latin1.${format}`, Buffer.from(contents[format], 'latin1'));
      await expect(read(path)).rejects.toThrow('line 2 is not UTF-8');
      const source = await openTexts(path, { lossy: true });
      const texts: string[] = [];
      for await (const { text } of source.records) {
        texts.push(text);
      }
      expect([texts.at(-1), source.lossyLines?.()]).toEqual(['M\uFFFDller', 1]);
    },
  );

  test('bad lines and NULL are passed over where somebody is told', async () => {
    const told: string[] = [];
    const onInvalid = ({ place, problem }: { place: string; problem: string }) => told.push(`${place} ${problem}`);
    const path = file('bad.jsonl', '"a"\nnot json\n{"text":null}\n"b"\n');
    expect(await read(path, { onInvalid })).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect(told).toEqual(['line 2 is not JSON', 'line 3 holds neither a string nor a "text"']);
  });
});
