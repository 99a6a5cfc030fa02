import { describe, expect, test } from 'vitest';
import { joinSources, recordOfRow, someTexts, type TextRecord, type TextSource, textsAsSource } from './text-record.js';

async function all(source: TextSource): Promise<TextRecord[]> {
  const records: TextRecord[] = [];
  for await (const record of source.records) {
    records.push(record);
  }
  return records;
}

const row = (value: unknown, json?: string) => ({ place: 'line 7', value, ...(json !== undefined && { json }) });

describe('a row becomes a record', () => {
  test.each([
    ['a', { text: 'a' }],
    ['', { text: '' }],
    [{ text: 'a' }, { text: 'a' }],
    [
      { text: 'a', id: 'x' },
      { text: 'a', id: 'x' },
    ],
    [
      { text: 'a', _id: 3 },
      { text: 'a', id: 3 },
    ],
    [
      { text: 'a', id: 0, _id: 3 },
      { text: 'a', id: 0 },
    ],
    [
      { text: 'a', id: '' },
      { text: 'a', id: '' },
    ],
    [
      { text: 'a', id: null, _id: 'y' },
      { text: 'a', id: 'y' },
    ],
    [{ text: 'a', id: true }, { text: 'a' }],
    [{ text: 'a', id: { b: 1 } }, { text: 'a' }],
    [
      { text: 'a', id: 5n },
      { text: 'a', id: 5 },
    ],
    [
      { text: 'a', id: 2n ** 60n },
      { text: 'a', id: 2n ** 60n },
    ],
    [
      { text: 'a', id: -(2n ** 60n) },
      { text: 'a', id: -(2n ** 60n) },
    ],
  ])('%o', (value, record) => {
    expect(recordOfRow(row(value), 'text')).toEqual({ ...record, place: 'line 7' });
  });

  test.each([
    ['{"text": "a", "id": 9007199254740993}', 9007199254740993n],
    ['{"_id": -9007199254740993, "text": "a"}', -9007199254740993n],
    ['{"text": "a", "id": 9007199254740991}', 9007199254740991],
    ['{"text": "a", "id": 1e20}', 1e20],
    ['{"text": "a", "id": 1e999}', '1e999'],
    ['{"text": "a", "id": null, "_id": 12345678901234567890}', 12345678901234567890n],
    ['{"text": "{\\"id\\": 1}", "x": {"id": 2}, "id": 9007199254740993}', 9007199254740993n],
  ])('the id of %s keeps its digits', (json, id) => {
    expect(recordOfRow(row(JSON.parse(json), json), 'text')).toMatchObject({ id });
  });

  test.each([
    [null, 'holds neither a string nor a "text"'],
    [3, 'holds neither a string nor a "text"'],
    [['a'], 'holds neither a string nor a "text"'],
    [{}, 'holds neither a string nor a "text"'],
    [{ text: 3, title: 'b', body: 'c' }, 'there is "title", "body", which --field can name'],
  ])('%j has no text', (value, problem) => {
    expect(recordOfRow(row(value), 'text')).toEqual({ place: 'line 7', problem: expect.stringContaining(problem) });
  });

  test('only what an object has of its own is its text', () => {
    expect(recordOfRow(row({}), 'constructor')).toHaveProperty('problem');
    expect(recordOfRow(row(JSON.parse('{"__proto__": "a"}')), '__proto__')).toEqual({ text: 'a', place: 'line 7' });
  });

  test('a row that is wrong stays as it is', () => {
    const wrong = { place: 'line 1', problem: 'is not JSON' };
    expect(recordOfRow(wrong, 'text')).toBe(wrong);
  });
});

describe('sources', () => {
  test('texts are a source without ids that can be read again', async () => {
    const source = textsAsSource(['a', 'b']);
    expect(await all(source)).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect(await all(source)).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect(source.share()).toBeUndefined();
  });

  test('two are read one after the other, under the name of the second, and what they count is added', async () => {
    const first = { ...textsAsSource(['a']), name: 'one', emptyLines: () => 2, lossyLines: () => 1 };
    const second = { ...textsAsSource(['b', 'c']), name: 'two', share: () => 0.5, emptyLines: () => 3 };
    const joined = joinSources(first, second);
    expect((await all(joined)).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect([joined.name, joined.share(), joined.emptyLines?.(), joined.lossyLines?.()]).toEqual(['two', 0.5, 5, 1]);
  });

  test('an empty one before or behind changes nothing', async () => {
    expect(await all(joinSources(textsAsSource([]), textsAsSource(['b'])))).toEqual([{ text: 'b' }]);
    expect(await all(joinSources(textsAsSource(['a']), textsAsSource([])))).toEqual([{ text: 'a' }]);
  });

  test('closing what was joined closes both', async () => {
    const closed: string[] = [];
    const closing = (name: string): TextSource => ({
      name,
      share: () => undefined,
      records: (async function* () {
        try {
          yield { text: name };
          yield { text: name };
        } finally {
          closed.push(name);
        }
      })(),
    });
    for await (const { text } of joinSources(closing('a'), closing('b')).records) {
      expect(text).toBe('a');
      break;
    }
    expect(closed).toEqual(['a']);
  });

  test('a source without a text is refused at its end, one with a text is not', async () => {
    await expect(all(someTexts(textsAsSource([])))).rejects.toMatchObject({
      code: 'TEXTS_INVALID',
      details: { path: 'texts', why: 'there are none' },
    });
    expect(await all(someTexts(textsAsSource([''])))).toEqual([{ text: '' }]);
  });
});
