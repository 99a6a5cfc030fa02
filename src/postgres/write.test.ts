import { describe, expect, test } from 'vitest';
import type { NewDocument } from '../store/index.js';
import type { Ask } from './database.js';
import { applyChange, vectorText } from './write.js';

const documentOf = (id: string, texts: readonly string[], more: Partial<NewDocument> = {}): NewDocument => ({
  ...{ id, hash: `hash ${id}`, metadata: {}, chunks: texts.map((text) => ({ text })) },
  vectors: { data: Float32Array.from(texts.flatMap((_, i) => [i, 0.5])), rows: texts.length, columns: 2 },
  ...more,
});

/** A database that notes what it is asked, and has so much to remove. */
function recorder(gone = { documents: 0, chunks: 0, words: 0 }) {
  const asked: { readonly sql: string; readonly values: readonly unknown[] }[] = [];
  const ask = async (sql: string, values: readonly unknown[] = []) => {
    asked.push({ sql, values });
    if (sql.startsWith('WITH gone')) {
      return [{ chunks: gone.chunks, words: gone.words }];
    }
    if (sql.startsWith('DELETE')) {
      return Array.from({ length: gone.documents }, (_, number) => ({ number }));
    }
    if (sql.includes('.documents (')) {
      const rows = JSON.parse(values[0] as string) as { readonly id: string }[];
      return rows.map(({ id }, i) => ({ id, number: `${9_007_199_254_740_993n + BigInt(i)}` }));
    }
    return [];
  };
  const valuesOf = (part: string) => asked.filter(({ sql }) => sql.includes(part)).map(({ values }) => values);
  const rowsOf = (part: string) => valuesOf(part).map(([json]) => JSON.parse(json as string));
  return { ask: ask as Ask, valuesOf, rowsOf };
}

const chunksInto = 'INSERT INTO docs.chunks';

describe('a change', () => {
  test('brings chunks with their places, words and vectors', async () => {
    const { ask, rowsOf, valuesOf } = recorder();
    const chunk = { text: 'Cat, cat\0!', headings: ['On dogs'], lines: [1, 2] as const, page: 3 };
    const add = [documentOf('a', ['', 'x'], { chunks: [chunk, { text: '?!' }], metadata: { lang: 'en' } })];
    await applyChange(ask, 'docs', 'ext', { remove: [], add });
    expect(rowsOf('docs.documents (')).toEqual([[{ id: 'a', hash: 'hash a', metadata: { lang: 'en' } }]]);
    // The number of the document has more digits than a double.
    const document = '9007199254740993';
    expect(rowsOf(chunksInto)).toEqual([
      [
        {
          ...{ document, place: 1, text: 'Cat, cat\ufffd!', headings: ['On dogs'], lines: [1, 2], page: 3 },
          ...{ words: ['on', 'dogs', 'cat'], counts: [1, 1, 2], length: 4, embedding: '[0,0.5]' },
        },
        { ...{ document, place: 2, text: '?!', words: [], counts: [], length: 0, embedding: '[1,0.5]' } },
      ],
    ]);
    expect(valuesOf('INSERT INTO docs.words')).toEqual([
      [
        ['on', 'dogs', 'cat'],
        [1, 1, 1],
      ],
    ]);
    expect(valuesOf('UPDATE docs.octavec')).toEqual([[1, 2, 4]]);
  });

  test('counts a word once for each chunk that holds it', async () => {
    const { ask, valuesOf } = recorder();
    await applyChange(ask, 'docs', 'ext', {
      remove: [],
      add: [documentOf('a', ['b b', 'b c']), documentOf('d', ['c'])],
    });
    expect(valuesOf('INSERT INTO docs.words')).toEqual([
      [
        ['b', 'c'],
        [2, 2],
      ],
    ]);
  });

  test('counts what comes without what goes', async () => {
    const { ask, valuesOf } = recorder({ documents: 2, chunks: 5, words: 40 });
    await applyChange(ask, 'docs', 'ext', { remove: ['gone', 'never there'], add: [documentOf('a', ['one two'])] });
    expect(valuesOf('WITH gone')).toEqual([[['gone', 'never there', 'a']]]);
    expect(valuesOf('DELETE')).toEqual([[['gone', 'never there', 'a']]]);
    expect(valuesOf('UPDATE docs.octavec')).toEqual([[1 - 2, 1 - 5, 2 - 40]]);
  });

  test('takes the last of several documents of an id, also where only the database cannot tell them apart', async () => {
    const { ask, rowsOf, valuesOf } = recorder();
    const add = [
      documentOf('a', ['old']),
      documentOf('x\0', ['old']),
      documentOf('a', ['new']),
      documentOf('x\ufffd', ['new']),
    ];
    await applyChange(ask, 'docs', 'ext', { remove: [], add });
    expect(rowsOf('docs.documents (')[0].map(({ id }: { readonly id: string }) => id)).toEqual(['a', 'x\ufffd']);
    expect(rowsOf(chunksInto)[0].map(({ text }: { readonly text: string }) => text)).toEqual(['new', 'new']);
    expect(valuesOf('UPDATE docs.octavec')).toEqual([[2, 2, 2]]);
  });

  test('brings chunks 256 at a time, each once', async () => {
    const { ask, rowsOf } = recorder();
    const texts = Array.from({ length: 600 }, (_, i) => `t${i}`);
    await applyChange(ask, 'docs', 'ext', { remove: [], add: [documentOf('a', texts)] });
    expect(rowsOf(chunksInto).map(({ length }) => length)).toEqual([256, 256, 88]);
    expect(
      rowsOf(chunksInto)
        .flat()
        .map(({ place }) => place),
    ).toEqual(texts.map((_, i) => i + 1));
  });

  test('of nothing changes no count', async () => {
    const { ask, valuesOf, rowsOf } = recorder();
    await applyChange(ask, 'docs', 'ext', { remove: [], add: [] });
    expect(valuesOf('UPDATE docs.octavec')).toEqual([[0, 0, 0]]);
    expect(rowsOf(chunksInto)).toEqual([]);
  });
});

test('a vector is written with all of its digits', () => {
  const vector = Float32Array.of(0.1, -0, 1e-20, -3.4028234663852886e38, 1 / 3);
  expect(Float32Array.from(JSON.parse(vectorText(vector)))).toEqual(vector.map((value) => value + 0));
  expect(vectorText(new Float32Array())).toBe('[]');
});
