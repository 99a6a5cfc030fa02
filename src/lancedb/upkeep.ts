import type { VectorKind, VectorKinds } from '../store/index.js';
import type { Lance, LanceTable } from './lance-api.js';

/**
 * Candidates of the approximate indexes are rescored, so many times as many as are wanted: of the ten nearest of 20,000
 * sentences that finds .99 and .998 (docs/search.md).
 */
export const kinds = { int8: 4, binary: 32, float32: 'exact' } as const satisfies VectorKinds;

/**
 * How vectors are compared, in the indexes and by searches. They have length 1, so that products would give the same order; but by
 * those HNSW of 8-bit codes (LanceDB 0.31) finds one in a hundred of the nearest.
 */
export const distanceType = 'cosine';

/** As many rows are scanned in a few milliseconds, and need no index of vectors. */
const leastIndexed = 20_000;
/** Each change leaves a fragment; so many are put together. */
const mostFragments = 32;
/** Versions that were replaced stay so long, for searches that still read them. */
const graceMs = 60 * 60 * 1000;

/** Makes the indexes of a table that is empty yet. */
export async function indexTable({ Index }: Lance, table: LanceTable): Promise<void> {
  await table.createIndex('id', { config: Index.btree() });
  await table.createIndex('document', { config: Index.btree() });
  // The words are those of the other stores: nothing is cut, stemmed or left out once more.
  const config = Index.fts({
    ...{ baseTokenizer: 'whitespace', withPosition: false, lowercase: false },
    ...{ stem: false, removeStopWords: false, asciiFolding: false, maxTokenLength: 256 },
  });
  await table.createIndex('words', { config });
}

/**
 * Puts fragments together, takes new rows into the indexes, and removes versions that nobody reads any more; makes the index of
 * vectors once there are enough of them.
 */
export async function keepUp({ Index }: Lance, table: LanceTable, kind: VectorKind): Promise<void> {
  const { numRows, fragmentStats } = await table.stats();
  if (kind !== 'float32' && numRows >= leastIndexed) {
    const indexes = await table.listIndices();
    if (!indexes.some(({ columns }) => columns.includes('vector'))) {
      const config = kind === 'int8' ? Index.hnswSq({ distanceType }) : Index.ivfRq({ distanceType });
      await table.createIndex('vector', { config });
    }
  }
  if (fragmentStats.numFragments > mostFragments) {
    await table.optimize({ cleanupOlderThan: new Date(Date.now() - graceMs) });
  }
}
