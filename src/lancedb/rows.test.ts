import { describe, expect, test } from 'vitest';
import type { NewDocument } from '../store/index.js';
import { chunkColumns, rowsOf, storedChunk } from './rows.js';
import { textList } from './sql.js';

const added: NewDocument = {
  ...{ id: 'a#b.md', hash: 'h', metadata: { lang: 'en', tags: ['x'] } },
  chunks: [{ text: 'The Cat', headings: ['Über', 'uns'], lines: [1, 2], page: 3 }, { text: 'dog\n"x"' }],
  vectors: { data: Float32Array.of(1, 2, 3, 4), rows: 2, columns: 2 },
};

describe('rows of a document', () => {
  test('have its chunks with their places, words and vectors', () => {
    const [first, second] = rowsOf(added);
    expect(first).toEqual({
      ...{ id: 'a#b.md#1', document: 'a#b.md', place: 1, hash: 'h', metadata: '{"lang":"en","tags":["x"]}' },
      fields: '\nlang\tten\ntags\ttx\n',
      ...{ text: 'The Cat', source: '{"headings":["Über","uns"],"lines":[1,2],"page":3}' },
      ...{ words: 'uber uns the cat', vector: Float32Array.of(1, 2) },
    });
    expect(second).toMatchObject({ id: 'a#b.md#2', place: 2, source: '{}', words: 'dog x' });
    expect(second.vector).toEqual(Float32Array.of(3, 4));
  });

  test('do not hold on to the vectors of all others', () => {
    expect(rowsOf(added)[1].vector?.buffer.byteLength).toBe(8);
  });

  test('read back as its chunks', () => {
    const chunks = rowsOf(added).map(({ vector: _, ...row }) => storedChunk(row));
    expect(chunks).toEqual(
      added.chunks.map((chunk, i) => ({
        ...{ id: `a#b.md#${i + 1}`, document: 'a#b.md', metadata: added.metadata, ...chunk },
      })),
    );
  });

  test('are one without a vector where it has no chunks', () => {
    const empty = { ...added, chunks: [], vectors: { data: new Float32Array(), rows: 0, columns: 2 } };
    expect(rowsOf(empty)).toEqual([
      {
        ...{ id: 'a#b.md#0', document: 'a#b.md', place: 0, hash: 'h', metadata: '{"lang":"en","tags":["x"]}' },
        fields: '\nlang\tten\ntags\ttx\n',
        ...{ text: '', source: '{}', words: '', vector: null },
      },
    ]);
  });

  test('have the columns that chunks are read from', () => {
    expect(Object.keys(rowsOf(added)[0])).toEqual(expect.arrayContaining(chunkColumns));
  });
});

test.each([
  [[], '()'],
  [['a', 'b'], "('a', 'b')"],
  [["it's", "'; DROP TABLE chunks; --"], "('it''s', '''; DROP TABLE chunks; --')"],
  [["''", '"', '\\', '%'], `('''''', '"', '\\', '%')`],
])('texts %j in SQL', (texts, sql) => {
  expect(textList(texts)).toBe(sql);
});
