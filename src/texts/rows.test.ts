import { describe, expect, test } from 'vitest';
import type { Row } from './row.js';
import { type RowOptions, rowsOf } from './rows.js';

async function rows(content: string | Uint8Array, options: RowOptions): Promise<Row[]> {
  const found: Row[] = [];
  const source = async function* () {
    yield Buffer.from(content as Uint8Array);
  };
  for await (const row of rowsOf(source(), options)) {
    found.push(row);
  }
  return found;
}

describe('txt: every line is a text, empty ones too', () => {
  test('places count from 1', async () => {
    expect(await rows('a\n\n {"b": 1}\n', { format: 'txt' })).toEqual([
      { place: 'line 1', value: 'a' },
      { place: 'line 2', value: '' },
      { place: 'line 3', value: ' {"b": 1}' },
    ]);
  });

  test('places count from where a part begins', async () => {
    expect(await rows('a', { format: 'txt', linesBefore: 41 })).toEqual([{ place: 'line 42', value: 'a' }]);
  });

  test('a byte order mark is left out at the beginning of the file, and kept in a later part', async () => {
    expect(await rows('\uFEFFa', { format: 'txt' })).toEqual([{ place: 'line 1', value: 'a' }]);
    expect(await rows('\uFEFFa', { format: 'txt', linesBefore: 1 })).toEqual([{ place: 'line 2', value: '\uFEFFa' }]);
  });
});

test('a zero byte says that the file is of another kind', async () => {
  await expect(rows('a\nb\0c\n', { format: 'txt' })).rejects.toThrow('line 2 has a zero byte');
});

describe('a line that is not UTF-8', () => {
  const bytes = Buffer.from([0x61, 0xff, 10, 0x62, 10]);

  test('is told, and the others are read', async () => {
    const found = await rows(bytes, { format: 'txt' });
    expect(found[0]).toMatchObject({ place: 'line 1', problem: expect.stringContaining('is not UTF-8') });
    expect(found[1]).toEqual({ place: 'line 2', value: 'b' });
  });

  test('is read with U+FFFD, and counted, where one asks for it', async () => {
    let bad = 0;
    const found = await rows(bytes, { format: 'txt', lossy: true, onBadLine: () => bad++ });
    expect(found).toEqual([
      { place: 'line 1', value: 'a\uFFFD' },
      { place: 'line 2', value: 'b' },
    ]);
    expect(bad).toBe(1);
  });

  test('ends an array or a table, of which the rest could not be told', async () => {
    await expect(rows(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), { format: 'json' })).rejects.toThrow('line 1');
    await expect(rows(bytes, { format: 'csv' })).rejects.toThrow('line 1 is not UTF-8');
  });
});

describe('jsonl', () => {
  test('empty lines are passed over and counted, places go on', async () => {
    let empty = 0;
    const found = await rows('"a"\n\n \t\n{"text": 1}\n', { format: 'jsonl', onEmptyLine: () => empty++ });
    expect(found).toEqual([
      { place: 'line 1', value: 'a', json: '"a"' },
      { place: 'line 4', value: { text: 1 }, json: '{"text": 1}' },
    ]);
    expect(empty).toBe(2);
  });

  test('what is no JSON is told with its line, and an object over several lines as such', async () => {
    expect(await rows('{\n"a": 1}\nx\n[\n', { format: 'jsonl' })).toEqual([
      { place: 'line 1', problem: 'only begins an object, which must stand on one line' },
      { place: 'line 2', problem: 'is not JSON' },
      { place: 'line 3', problem: 'is not JSON' },
      { place: 'line 4', problem: 'only begins an object, which must stand on one line' },
    ]);
  });
});

test('json: elements are counted, and bad ones told', async () => {
  expect(await rows('["a", {"b": 2}, x]', { format: 'json' })).toMatchObject([
    { place: 'element 1', value: 'a' },
    { place: 'element 2', value: { b: 2 } },
    { place: 'element 3', problem: 'is not JSON' },
  ]);
});

describe('tsv', () => {
  test('fields are what stands between tabs, quotation marks included', async () => {
    expect(await rows('id\ttext\n1\t"a" b\n\n2\t\n', { format: 'tsv' })).toEqual([
      { place: 'line 2', value: { id: '1', text: '"a" b' } },
      { place: 'line 4', value: { id: '2', text: '' } },
    ]);
  });

  test('a wrong number of fields is told', async () => {
    expect(await rows('id\ttext\n1\na\tb\tc\n', { format: 'tsv' })).toEqual([
      { place: 'line 2', problem: 'has 1 fields, the headings are 2' },
      { place: 'line 3', problem: 'has 3 fields, the headings are 2' },
    ]);
  });
});

describe('csv', () => {
  test('fields may hold commas, quotation marks and line breaks; a place is where the record ends', async () => {
    const text = '\uFEFFid,text\r\n1,"a, b"\r\n\r\n2,"say ""c""\nd"\r\n3,\r\n';
    expect(await rows(text, { format: 'csv' })).toEqual([
      { place: 'line 2', value: { id: '1', text: 'a, b' } },
      { place: 'line 5', value: { id: '2', text: 'say "c"\nd' } },
      { place: 'line 6', value: { id: '3', text: '' } },
    ]);
  });

  test('a wrong number of fields is told, and the others are read', async () => {
    expect(await rows('id,text\n1\n2,b\n', { format: 'csv' })).toEqual([
      { place: 'line 2', problem: 'has 1 fields, the headings are 2' },
      { place: 'line 3', value: { id: '2', text: 'b' } },
    ]);
  });

  test('quotation marks that do not end are refused', async () => {
    await expect(rows('id,text\n1,"a\n', { format: 'csv' })).rejects.toMatchObject({
      code: expect.stringMatching(/^CSV_/),
    });
  });

  test('headings alone, or nothing, are no rows', async () => {
    expect(await rows('id,text\n', { format: 'csv' })).toEqual([]);
    expect(await rows('', { format: 'csv' })).toEqual([]);
  });
});

test('columns that are called like parts of objects stay columns', async () => {
  const [row] = await rows('__proto__\tconstructor\n1\t2\n', { format: 'tsv' });
  const { value } = row as { readonly value: object };
  expect(Object.entries(value)).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
});
