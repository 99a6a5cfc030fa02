import { expect, test } from 'vitest';
import type { Lance, LanceTable } from './lance-api.js';
import { indexTable, keepUp } from './upkeep.js';

/** Kinds of indexes by what makes them. */
const lance = {
  Index: {
    btree: () => 'btree',
    fts: () => 'words',
    hnswSq: () => 'hnswSq',
    ivfRq: () => 'ivfRq',
  },
} as unknown as Lance;

function tableOf(numRows: number, numFragments: number, indexed: readonly string[] = []) {
  const done: unknown[] = [];
  const table = {
    stats: async () => ({ numRows, totalBytes: 0, fragmentStats: { numFragments } }),
    listIndices: async () => indexed.map((column) => ({ columns: [column] })),
    createIndex: async (column: string, { config }: { readonly config: unknown }) =>
      void done.push(`${column}: ${config}`),
    optimize: async ({ cleanupOlderThan }: { readonly cleanupOlderThan: Date }) => void done.push(cleanupOlderThan),
  };
  return { table: table as unknown as LanceTable, done };
}

test('a new table has indexes of ids, documents and words', async () => {
  const { table, done } = tableOf(0, 0);
  await indexTable(lance, table);
  expect(done).toEqual(['id: btree', 'document: btree', 'words: words']);
});

test.each([
  ['int8', 19_999, [], []],
  ['int8', 20_000, [], ['vector: hnswSq']],
  ['binary', 20_000, ['id'], ['vector: ivfRq']],
  ['int8', 1_000_000, ['vector'], []],
  ['float32', 1_000_000, [], []],
] as const)('%s vectors of %i rows with indexes of %j get %j', async (kind, rows, indexed, made) => {
  const { table, done } = tableOf(rows, 1, indexed);
  await keepUp(lance, table, kind);
  expect(done).toEqual(made);
});

test('many fragments become one, and versions of the last hour stay', async () => {
  const few = tableOf(10, 32);
  await keepUp(lance, few.table, 'int8');
  expect(few.done).toEqual([]);
  const many = tableOf(10, 33);
  await keepUp(lance, many.table, 'int8');
  const [cleaned] = many.done as Date[];
  expect(Math.round((Date.now() - cleaned.getTime()) / 60_000)).toBe(60);
});
