import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IndexManifest, SegmentStore } from '../store/index.js';
import { Index } from './search-index.js';

/** What an index does without its model. */
const manifest: IndexManifest = {
  ...{ format: 1, tool: 'test', chunking: 'none', vectors: 'float32', sources: [] },
  model: { name: '/no/such/model', dimensions: 2, documentPrompt: '', queryPrompt: '', probes: [] },
};

let folder: string;
let index: Index;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-index-'));
  const store = await SegmentStore.open(folder);
  await store.writeManifest(manifest);
  await store.apply({
    remove: [],
    add: ['a', 'b', 'c'].map((id) => ({
      ...{ id, hash: id, metadata: {}, chunks: [{ text: `word ${id}x` }] },
      vectors: { data: Float32Array.of(1, 0), rows: 1, columns: 2 },
    })),
  });
  await store.close();
  index = await Index.open(folder);
});
afterAll(async () => {
  await index.close();
  rmSync(folder, { recursive: true });
});

describe('removing', () => {
  test('counts each document once, and only those that are there', async () => {
    expect(await index.remove(['a', 'none', 'a'])).toBe(1);
    expect(await index.remove(['a'])).toBe(0);
    expect(await index.remove([])).toBe(0);
    expect(await index.facts()).toMatchObject({ documents: 2, chunks: 2 });
  });

  test.each([['a'], [[1]], [null]])('refuses %j, which is no list of ids', async (ids) => {
    await expect(index.remove(ids as unknown as string[])).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('searching', () => {
  test.each(['', ' \n', 3, undefined])('refuses %j for a question', async (query) => {
    await expect(index.search(query as string, { mode: 'text' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('streams each result once, and ends', async () => {
    const ids: string[] = [];
    for await (const { document } of index.stream('word', { mode: 'text' })) {
      ids.push(document);
    }
    expect(ids.sort()).toEqual(['b', 'c']);
  });

  test('finds nothing of what was removed', async () => {
    expect(await index.search('ax', { mode: 'text' })).toEqual([]);
    expect(await index.document('a')).toEqual([]);
    expect(await index.search('bx', { mode: 'text' })).toMatchObject([{ document: 'b', id: 'b#1' }]);
  });

  test('where there is no index says so, and makes none', async () => {
    const missing = await Index.open(join(folder, 'none'));
    await expect(missing.search('x', { mode: 'text' })).rejects.toMatchObject({ code: 'INDEX_NOT_FOUND' });
    await expect(missing.remove(['a'])).rejects.toMatchObject({ code: 'INDEX_NOT_FOUND' });
    expect(await missing.manifest()).toBeUndefined();
    await missing.close();
  });
});
