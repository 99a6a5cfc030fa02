import { describe, expect, test } from 'vitest';
import type { Ask, Database } from './database.js';
import { matchingHits, nearestHits } from './find.js';

const hits = (count: number, score = 1) =>
  Array.from({ length: count }, (_, i) => ({ ref: `${i}`, score: score - i / 100 }));

/** A database whose index holds these words in so many of its chunks, and that answers a search with the next of the lists. */
function database(chunks: number, words: Readonly<Record<string, number>>, lists: readonly (readonly object[])[]) {
  const searches: (readonly unknown[])[] = [];
  const ask = async (sql: string, values: readonly unknown[] = []) => {
    if (sql.includes('pg_class')) {
      return [{}];
    }
    if (sql.includes('.octavec')) {
      return [{ version: 1, manifest: {}, documents: 1, chunks, words: chunks * 10 }];
    }
    if (sql.includes('.words WHERE')) {
      const asked = values[0] as readonly string[];
      const held = Object.entries(words).filter(([word]) => asked.includes(word));
      return held.sort((a, b) => a[1] - b[1]).map(([word, count]) => ({ word, chunks: count }));
    }
    searches.push(values);
    return lists[searches.length - 1] ?? [];
  };
  return { ask: ask as Ask, searches };
}

describe('words', () => {
  const query = (text: string, top = 3) => ({ text, top });

  test('without any that can be searched ask nothing', async () => {
    const { ask, searches } = database(100, {}, []);
    expect(await matchingHits(ask, 'docs', query('?! …'))).toEqual([]);
    expect(searches).toEqual([]);
  });

  test('of an empty index find nothing', async () => {
    const { ask, searches } = database(0, {}, []);
    expect(await matchingHits(ask, 'docs', query('cat'))).toEqual([]);
    expect(searches).toEqual([]);
  });

  test('are looked for once, the rare ones first', async () => {
    const { ask, searches } = database(100, { cat: 2, dog: 4 }, [hits(1)]);
    expect(await matchingHits(ask, 'docs', query('Dog cat, CAT'))).toEqual(hits(1));
    expect(searches).toHaveLength(1);
    const [[all, weights, needed, constant, slope, top]] = searches;
    expect([all, needed, top]).toEqual([['cat', 'dog'], ['cat', 'dog'], 3]);
    // 2.2 · ln(1 + 98.5 / 2.5), and 1.2 · ¾ / 10 for each word of a chunk.
    expect((weights as number[])[0]).toBeCloseTo(2.2 * Math.log(40.4), 10);
    expect(constant).toBeCloseTo(0.3, 12);
    expect(slope).toBeCloseTo(0.09, 12);
  });

  test('that stand everywhere need not be looked for where the rare ones fill the list', async () => {
    const { ask, searches } = database(100, { cat: 2, the: 99 }, [hits(3, 9), hits(3)]);
    expect(await matchingHits(ask, 'docs', query('the cat'))).toEqual(hits(3, 9));
    expect(searches).toHaveLength(1);
    expect(searches[0][0]).toEqual(['cat', 'the']);
    expect(searches[0][2]).toEqual(['cat']);
  });

  test('that stand everywhere are looked for where one of their chunks could be among the best', async () => {
    const few = database(100, { cat: 2, the: 50 }, [hits(2, 9), hits(3)]);
    expect(await matchingHits(few.ask, 'docs', query('the cat'))).toEqual(hits(3));
    expect(few.searches[1][2]).toEqual(['cat', 'the']);
    // The weight of a word in half of the chunks is 2.2 · ln 2 = 1.52: more than the last of the three has.
    const weak = database(100, { cat: 2, the: 50 }, [hits(3, 1.5), hits(3)]);
    await matchingHits(weak.ask, 'docs', query('the cat'));
    expect(weak.searches).toHaveLength(2);
  });

  test('that all stand everywhere: the rarest of them is looked for first', async () => {
    const { ask, searches } = database(10, { of: 8, the: 9 }, [hits(3, 9)]);
    await matchingHits(ask, 'docs', query('of the'));
    expect(searches[0][2]).toEqual(['of']);
  });
});

describe('the nearest', () => {
  const vector = Float32Array.of(1, 0);
  const tables = { schema: 'docs', extension: 'ext', dimensions: 2, kind: 'float16' } as const;

  /** Notes questions in transactions and outside of them. */
  function recorder(inside: readonly object[], outside: readonly object[] = []) {
    const asked: { sql: string; values: readonly unknown[]; kind: string }[] = [];
    const askAs =
      (kind: string, rows: readonly object[]) =>
      async (sql: string, values: readonly unknown[] = []) => {
        asked.push({ sql, values, kind });
        return rows;
      };
    const database = {
      ask: askAs('exact', outside),
      transaction: (_: string, work: (ask: unknown) => unknown) => work(askAs('index', inside)),
    };
    return { database: database as unknown as Database, asked };
  }

  test('by the index are chosen among candidates', async () => {
    const { database: base, asked } = recorder(hits(3));
    expect(await nearestHits(base, tables, { vector, top: 3, rescore: 4 })).toEqual(hits(3));
    expect(asked.map(({ kind }) => kind)).toEqual(['index', 'index']);
    expect(asked[0].values).toEqual(['12']);
    expect(asked[1].values).toEqual(['[1,0]', 3, 12]);
  });

  test('by the index never look at more than it can', async () => {
    const { database: base, asked } = recorder(hits(500));
    await nearestHits(base, tables, { vector, top: 500, rescore: 4 });
    expect(asked[0].values).toEqual(['1000']);
    expect(asked[1].values[2]).toBe(2000);
  });

  test('are looked for among all where the index finds too few', async () => {
    const filter = { kind: 'exists', field: 'lang' } as const;
    const { database: base, asked } = recorder(hits(2), hits(3));
    expect(await nearestHits(base, tables, { vector, top: 3, rescore: 1.5, filter })).toEqual(hits(3));
    expect(asked.map(({ kind }) => kind)).toEqual(['index', 'index', 'exact']);
    expect(asked[1].values).toEqual(['[1,0]', 3, 'lang', 5]);
    expect(asked[2].values).toEqual(['[1,0]', 3, 'lang']);
  });

  test.each([
    ['exact is asked for', 'float16', 'exact'],
    ['there is no index', 'float32', 4],
  ] as const)('are looked for among all where %s', async (_, kind, rescore) => {
    const { database: base, asked } = recorder([], hits(1));
    expect(await nearestHits(base, { ...tables, kind }, { vector, top: 3, rescore })).toEqual(hits(1));
    expect(asked.map((one) => one.kind)).toEqual(['exact']);
  });
});
