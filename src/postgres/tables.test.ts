import { describe, expect, test } from 'vitest';
import type { IndexManifest } from '../store/index.js';
import type { Ask } from './database.js';
import { checkVersion, createIndex, extensionSchema, migrateTables, readIndexRow } from './tables.js';

/** A database that answers each question with the first answer that fits, and notes them. */
function database(answers: readonly (readonly [part: string, rows: readonly object[]])[] = []) {
  const asked: string[] = [];
  const values: (readonly unknown[])[] = [];
  const ask = async (sql: string, given: readonly unknown[] = []) => {
    asked.push(sql);
    values.push(given);
    return answers.find(([part]) => sql.includes(part))?.[1] ?? [];
  };
  return { ask: ask as Ask, asked, values };
}

const manifest = (vectors: string, dimensions: number) => ({ vectors, model: { dimensions } }) as IndexManifest;

describe('pgvector', () => {
  const found = (version: string) => database([['pg_extension', [{ schema: '"my ext"', version }]]]).ask;

  test.each(['0.8', '0.8.0', '0.10.1', '1.0.0', '2.0'])('of version %s is new enough', async (version) => {
    expect(await extensionSchema(found(version), 'x')).toBe('"my ext"');
  });

  test.each(['0.7.4', '0.0', '0.4'])('of version %s is too old', async (version) => {
    await expect(extensionSchema(found(version), 'x')).rejects.toThrow(`its pgvector is ${version}, and 0.8 is needed`);
  });

  test('may not be there', async () => {
    expect(await extensionSchema(database().ask, 'x')).toBeUndefined();
  });
});

describe('tables', () => {
  const layout = { schema: 'docs', extension: 'ext', dimensions: 384, kind: 'float32' } as const;
  const indexes = (asked: readonly string[]) => asked.filter((sql) => sql.includes('hnsw'));

  test('have an index of vectors by their kind', async () => {
    for (const [kind, operators] of [
      ['float32', undefined],
      ['float16', 'halfvec(384)) ext.halfvec_ip_ops'],
      ['binary', 'bit(384)) ext.bit_hamming_ops'],
    ] as const) {
      const { ask, asked } = database();
      await migrateTables(ask, { ...layout, kind }, 0);
      expect(indexes(asked)).toEqual(operators === undefined ? [] : [expect.stringContaining(operators)]);
      expect(asked[0]).toContain('CREATE TABLE docs.octavec');
    }
  });

  test('keep short vectors in the row, and no long ones', async () => {
    for (const [dimensions, count] of [
      [1000, 1],
      [1001, 0],
    ]) {
      const { ask, asked } = database();
      await migrateTables(ask, { ...layout, dimensions }, 0);
      expect(asked.filter((sql) => sql.includes('STORAGE PLAIN'))).toHaveLength(count);
    }
  });

  test('of today need nothing', async () => {
    const { ask, asked } = database();
    await migrateTables(ask, layout, 1);
    expect(asked).toEqual([]);
  });

  test('of a newer octavec are left alone', () => {
    expect(() => checkVersion('x', { version: 1 })).not.toThrow();
    expect(() => checkVersion('x', { version: 2 })).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED', message: expect.stringContaining('version 2') }),
    );
  });

  test.each([
    ['float16', 4000, 4001],
    ['binary', 16_000, 16_001],
    ['float32', 16_000, 16_001],
  ])('for %s take %i dimensions, and not %i', async (kind, most, more) => {
    const { ask, values } = database();
    await createIndex(ask, 'docs', manifest(kind, most), 'ext');
    expect(values.at(-1)).toEqual([1, JSON.stringify(manifest(kind, most))]);
    const refused = database();
    await expect(createIndex(refused.ask, 'docs', manifest(kind, more), 'ext')).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(refused.asked).toEqual([]);
  });
});

describe('the row of an index', () => {
  const row = { version: 1, manifest: {}, documents: 2, chunks: 3, words: 4 };

  test('is read where there is a table for it, and locked when it is to be changed', async () => {
    const { ask, asked } = database([
      ['pg_class', [{}]],
      ['FROM docs.octavec', [row]],
    ]);
    expect(await readIndexRow(ask, 'docs')).toEqual(row);
    expect(asked[1]).not.toContain('FOR UPDATE');
    await readIndexRow(ask, 'docs', true);
    expect(asked[3]).toMatch(/FOR UPDATE$/);
  });

  test('is none where there is no table', async () => {
    const { ask, asked } = database();
    expect(await readIndexRow(ask, 'docs')).toBeUndefined();
    expect(asked).toHaveLength(1);
  });
});
