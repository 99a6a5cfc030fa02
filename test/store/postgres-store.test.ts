import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresStore, postgresPlace } from '#rooms/postgres';
import type { Filter } from '#rooms/store';
import { octavec } from '../cli/octavec.js';
import { embeddedModel } from '../support/golden-texts.js';
import { type PostgresServer, startPostgres } from '../support/postgres-server.js';
import { storeSuite, testDocument, testManifest } from './store-suite.js';

const pg = createRequire(import.meta.url)('pg') as typeof import('pg');
// "order" is a word of SQL.
const indexes = ['order', 'near_float16', 'near_binary', 'writers', 'filters', 'failing', 'four'];
let server: PostgresServer;

async function dropIndexes() {
  const client = new pg.Client({ connectionString: postgresPlace(server.url('x')).connection });
  await client.connect();
  for (const index of indexes) {
    await client.query(`DROP SCHEMA IF EXISTS "${index}" CASCADE`);
  }
  await client.end();
}

const open = (index: string) => PostgresStore.open(postgresPlace(server.url(index)));

beforeAll(async () => {
  server = await startPostgres();
  await dropIndexes();
});
afterAll(async () => {
  await dropIndexes();
  await server.stop();
});

storeSuite(
  'the store in PostgreSQL',
  () => open('order'),
  async () => undefined,
  'float16',
);

/** 600 chunks around a circle, a fraction of a degree apart. */
const circle = Array.from({ length: 60 }, (_, i) =>
  testDocument(
    `d${i}`,
    Array.from({ length: 10 }, (_, k) => `text ${i} ${k}`),
    i * 6,
    { i, half: i % 2, rare: i === 7 },
  ),
);

test.each(['float16', 'binary'] as const)(
  'an approximate search (%s) gives as many as pass a filter',
  async (vectors) => {
    const store = await open(`near_${vectors}`);
    await store.writeManifest({ ...testManifest, vectors });
    await store.apply({ remove: [], add: circle });
    const { data: vector } = testDocument('', ['q'], 42).vectors;
    const exact = await store.nearest({ vector, top: 10, rescore: 'exact' });
    const found = await store.nearest({ vector, top: 10, rescore: 8 });
    expect(found).toHaveLength(10);
    // Of this circle bits say nothing but its quarter.
    expect(found[0].score).toBeGreaterThan(vectors === 'binary' ? 0 : 0.9999);
    expect(exact[0].score).toBeCloseTo(1, 6);
    const filter: Filter = { kind: 'compare', field: 'rare', operator: '=', value: true };
    expect(await store.nearest({ vector, top: 10, rescore: 2, filter })).toHaveLength(10);
    await store.close();
  },
);

describe('several writers', () => {
  test('change one index one after the other, and nothing is lost or twice', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => open('writers')));
    await Promise.all(stores.map((store) => store.writeManifest(testManifest)));
    await Promise.all(
      stores.map(async (store, writer) => {
        for (let i = 0; i < 8; i++) {
          const add = [
            testDocument(`own ${writer} ${i}`, ['one common word'], i),
            testDocument('shared', [`by ${writer}`], i),
          ];
          await store.apply({ remove: i > 0 ? [`own ${writer} ${i - 1}`] : [], add });
        }
      }),
    );
    const [store] = stores;
    expect(await store.facts()).toMatchObject({ documents: 4, chunks: 4 });
    expect([...(await store.hashes()).keys()].sort()).toEqual(['own 0 7', 'own 1 7', 'own 2 7', 'shared']);
    expect(await store.matching({ text: 'common', top: 10 })).toHaveLength(3);
    const [common, by] = await Promise.all(['common', 'by'].map((text) => store.matching({ text, top: 1 })));
    expect(by[0].score).toBeGreaterThan(common[0].score);
    await Promise.all(stores.map((each) => each.close()));
  });

  test('a chunk that another has taken out is undefined, and its vector 0', async () => {
    const [reader, writer] = await Promise.all([open('writers'), open('writers')]);
    const refs = (await reader.matching({ text: 'common', top: 1 })).map(({ ref }) => ref);
    await writer.apply({ remove: ['own 0 7', 'own 1 7', 'own 2 7'], add: [] });
    expect(await reader.chunks(refs)).toEqual([undefined]);
    expect([...(await reader.vectors(refs)).data].every((value) => value === 0)).toBe(true);
    await Promise.all([reader.close(), writer.close()]);
  });
});

describe('what fails', () => {
  test('changes nothing, and the store goes on', async () => {
    const store = await open('failing');
    await store.writeManifest(testManifest);
    await store.apply({ remove: [], add: [testDocument('kept', ['a word'], 0)] });
    const bad = testDocument('bad', ['a word'], 0);
    const wrong = { ...bad, vectors: { data: new Float32Array(3), rows: 1, columns: 3 } };
    await expect(store.apply({ remove: ['kept'], add: [wrong] })).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('expected 8 dimensions, not 3'),
    });
    expect(await store.facts()).toMatchObject({ documents: 1, chunks: 1 });
    expect(await store.matching({ text: 'word', top: 5 })).toHaveLength(1);
    await expect(store.writeManifest({ ...testManifest, vectors: 'float16' })).rejects.toMatchObject({
      code: 'INDEX_OTHER_SETTINGS',
    });
    await store.close();
  });

  test('tables of a newer octavec are left alone', async () => {
    const client = new pg.Client({ connectionString: postgresPlace(server.url('x')).connection });
    await client.connect();
    await client.query('UPDATE failing.octavec SET version = 99');
    await expect(open('failing')).rejects.toThrow('its tables are of version 99, and this octavec knows up to 1');
    await client.end();
  });

  test('a server that is not there is named without its password', async () => {
    const place = postgresPlace('postgresql://me:secret@127.0.0.1:1/db?index=docs&sslpassword=secret');
    const error = await PostgresStore.open(place).catch((problem: Error) => problem);
    expect(error).toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(
        /^Cannot read postgres:\/\/me@127\.0\.0\.1:1\/db\?index=docs: connect ECONNREFUSED/,
      ),
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
  });
});

test('the command line takes an address wherever it takes a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-postgres-'));
  const texts = ['Machine learning improves predictions', 'Deep learning uses neural networks', 'The weather is sunny'];
  for (const [i, text] of texts.entries()) {
    writeFileSync(join(folder, `${i}.md`), text);
  }
  const place = server.url('four');
  const { shown } = postgresPlace(place);
  const made = await octavec(['index', '.', '--out', place, '--model', embeddedModel], { cwd: folder });
  expect(made.stderr).toBe(`next: octavec search '${shown}' "your question"\n`);
  expect(made.stdout).toContain(`\n${shown}: 3 documents, 3 chunks, `);
  const found = await octavec(['search', place, 'AI and ML', '--top', '2', '--json'], { cwd: folder });
  const documents = (JSON.parse(found.stdout) as { readonly document: string }[]).map(({ document }) => document);
  expect(documents.sort()).toEqual([0, 1].map((i) => `${basename(folder)}/${i}.md`));
  const check = await octavec(['search', 'check', place], { cwd: folder });
  expect(check).toMatchObject({ status: 2, stderr: expect.stringContaining(`${shown} is in PostgreSQL`) });
  rmSync(folder, { recursive: true });
});
