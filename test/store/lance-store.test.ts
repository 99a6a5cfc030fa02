import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LanceStore, lancePlace } from '#rooms/lancedb';
import { randomNumbers } from '#rooms/numbers';
import type { Filter } from '#rooms/store';
import { storeSuite, testDocument, testManifest } from './store-suite.js';

// LanceDB brings hundreds of megabytes, so that it is not installed with this project. To test with it:
// npm install @lancedb/lancedb@0.31.0 apache-arrow@18.1.0, in another folder, and link @lancedb and apache-arrow of its
// node_modules into those of this project.
const isInstalled = existsSync(join(import.meta.dirname, '../../node_modules/@lancedb/lancedb'));
const folder = mkdtempSync(join(tmpdir(), 'octavec-lance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (name: string) => LanceStore.open(lancePlace(`lancedb:${join(folder, name)}`));

test.skipIf(isInstalled)('without its package it says what to install', async () => {
  await expect(open('none')).rejects.toMatchObject({
    code: 'PACKAGE_MISSING',
    message: expect.stringContaining('npm install @lancedb/lancedb'),
  });
});

describe.skipIf(!isInstalled)('with @lancedb/lancedb, which is not installed', () => {
  storeSuite(
    'the store in LanceDB',
    () => open('suite'),
    async () => undefined,
    'int8',
  );

  test('an index that is only asked for makes no folder', async () => {
    const store = await open('nothing');
    expect(await store.hashes()).toEqual(new Map());
    await expect(store.matching({ text: 'word', top: 3 })).rejects.toMatchObject({ code: 'INDEX_NOT_FOUND' });
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
    await store.close();
  });

  test('several writers lose nothing, and see what the others wrote', async () => {
    const first = await open('writers');
    await first.writeManifest(testManifest);
    const stores = [first, await open('writers'), await open('writers')];
    await Promise.all(
      stores.map(async (store, writer) => {
        for (let i = 0; i < 5; i++) {
          const add = [testDocument(`own ${writer} ${i}`, ['one common word'], i)];
          await store.apply({ remove: i > 0 ? [`own ${writer} ${i - 1}`] : [], add });
        }
      }),
    );
    for (const store of stores) {
      expect([...(await store.hashes()).keys()].sort()).toEqual(['own 0 4', 'own 1 4', 'own 2 4']);
      expect(await store.matching({ text: 'common', top: 10 })).toHaveLength(3);
    }
    const [hit] = await stores[1].matching({ text: 'common', top: 1 });
    await stores[0].apply({ remove: ['own 0 4', 'own 1 4', 'own 2 4'], add: [] });
    expect(await stores[1].chunks([hit.ref])).toEqual([undefined]);
    await Promise.all(stores.map((store) => store.close()));
  });

  test.each(['{}', 'no JSON'])('a manifest that is none (%s) is named', async (manifest) => {
    const name = '@lancedb/lancedb';
    const connection = await (await import(name)).connect(join(folder, 'damaged'));
    await connection.createTable('octavec', [{ manifest }], { mode: 'overwrite' });
    connection.close();
    await expect(open('damaged')).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(
        /damaged: what the index says of itself in its table octavec is not understood \(/,
      ),
    });
  });

  test.each(['int8', 'binary'] as const)('an approximate search (%s) rescores, and filters first', async (vectors) => {
    const store = await open(`near-${vectors}`);
    await store.writeManifest({ ...testManifest, vectors });
    const documents = Array.from({ length: 210 }, (_, i) =>
      testDocument(
        `d${i}`,
        Array.from({ length: 100 }, () => `text ${i}`),
        i,
        { i },
      ),
    );
    await store.apply({ remove: [], add: documents });
    const { data: vector } = testDocument('', ['q'], 42).vectors;
    const found = await store.nearest({ vector, top: 5, rescore: 8 });
    expect(found).toHaveLength(5);
    expect(found[0].score).toBeGreaterThan(0.99);
    const filter = { kind: 'compare', field: 'i', operator: '=', value: 7 } as const;
    const filtered = await store.chunks(
      (await store.nearest({ vector, top: 5, rescore: 8, filter })).map(({ ref }) => ref),
    );
    expect(filtered.map((chunk) => chunk?.document)).toEqual(Array.from({ length: 5 }, () => 'd7'));
    await store.close();
  });

  test('filters may be long, wide and deep', async () => {
    const store = await open('large-filters');
    await store.writeManifest(testManifest);
    const long = `${'long '.repeat(200)}title`.slice(0, 1000);
    await store.apply({ remove: [], add: [testDocument('a', ['word'], 0, { n: 7, long })] });
    const asked = async (filter: Filter) => (await store.matching({ text: 'word', top: 1, filter })).length;
    const is = (value: string | number): Filter => ({ kind: 'compare', field: 'n', operator: '=', value });
    const deep = (levels: number): Filter =>
      levels === 0
        ? is(7)
        : { kind: levels % 2 === 0 ? 'and' : 'or', of: [is(levels % 2 === 0 ? 7 : 8), deep(levels - 1)] };
    const many = Array.from({ length: 10_000 }, (_, i) => i - 5000);
    expect(await asked(deep(19))).toBe(1);
    expect(await asked({ kind: 'or', of: many.map(is) })).toBe(1);
    expect(await asked({ kind: 'not', of: { kind: 'or', of: many.map(is) } })).toBe(0);
    expect(await asked({ kind: 'in', field: 'n', values: many })).toBe(1);
    expect(await asked({ kind: 'in', field: 'document', values: [...many.map(String), 'a'] })).toBe(1);
    expect(await asked({ kind: 'like', field: 'long', pattern: long.replaceAll('o', '_') })).toBe(1);
    expect(await asked({ kind: 'like', field: 'long', pattern: '%_'.repeat(500) })).toBe(1);
    expect(await asked({ kind: 'compare', field: 'long', operator: '>=', value: long })).toBe(1);
    expect(await asked({ kind: 'compare', field: 'long', operator: '<', value: long })).toBe(0);
    await store.close();
  });

  test.each([
    ['int8', 4],
    ['binary', 32],
  ] as const)('an approximate search (%s) finds nearly all that an exact one does', async (vectors, rescore) => {
    const store = await open(`recall-${vectors}`);
    const dimensions = 64;
    const probes = [Array.from({ length: dimensions }, (_, i) => (i === 0 ? 1 : 0))];
    await store.writeManifest({ ...testManifest, vectors, model: { ...testManifest.model, dimensions, probes } });
    const rows = 21_000;
    const random = randomNumbers(7);
    const unit = () => {
      const vector = Array.from({ length: dimensions }, () => random() - 0.5);
      return vector.map((value) => value / Math.hypot(...vector));
    };
    const data = Float32Array.from(Array.from({ length: rows }, unit).flat());
    const texts = Array.from({ length: rows }, (_, i) => ({ text: `text ${i}`, headings: [] }));
    await store.apply({
      remove: [],
      add: [{ id: 'all', hash: 'all', metadata: {}, chunks: texts, vectors: { data, rows, columns: dimensions } }],
    });
    let found = 0;
    for (let query = 0; query < 20; query++) {
      const vector = data.subarray(query * dimensions, (query + 1) * dimensions);
      const exact = await store.nearest({ vector, top: 10, rescore: 'exact' });
      const near = new Set((await store.nearest({ vector, top: 10, rescore })).map(({ ref }) => ref));
      found += exact.filter(({ ref }) => near.has(ref)).length;
    }
    expect(found).toBeGreaterThan(150);
    await store.close();
  });
});
