import { describe, expect, test } from 'vitest';
import { MemoryLance } from '../../test/support/memory-lance.js';
import { OctavecError } from '../base/index.js';
import { type IndexManifest, type NewDocument, parseFilter } from '../store/index.js';
import { LanceStore } from './lance-store.js';

const place = { uri: 's3://bucket/docs', shown: 'lancedb:s3://bucket/docs' };
const manifest: IndexManifest = {
  ...{ format: 1, tool: 'test', chunking: 'none', vectors: 'int8', sources: [] },
  model: { name: 'm', dimensions: 2, documentPrompt: '', queryPrompt: '', probes: [[1, 0]] },
};

/** A document of one chunk a text, whose vectors are (1, 0) and (0, 1) by turns. */
function documentOf(id: string, texts: readonly string[], hash = `hash of ${id}`): NewDocument {
  const data = Float32Array.from(texts.flatMap((_, i) => (i % 2 === 0 ? [1, 0] : [0, 1])));
  const chunks = texts.map((text) => ({ text }));
  return { id, hash, metadata: { lang: 'en' }, chunks, vectors: { data, rows: texts.length, columns: 2 } };
}

async function filled(...documents: readonly NewDocument[]) {
  const lance = new MemoryLance();
  const store = await LanceStore.open(place, lance.packages);
  await store.writeManifest(manifest);
  await store.apply({ remove: [], add: documents });
  lance.calls.length = 0;
  return { lance, store };
}

describe('an index that was never written', () => {
  test('is empty, and stays so while it is asked', async () => {
    const lance = new MemoryLance();
    const store = await LanceStore.open(place, lance.packages);
    expect(await store.readManifest()).toBeUndefined();
    expect(await store.hashes()).toEqual(new Map());
    expect(await store.document('a')).toEqual([]);
    expect(await store.facts()).toEqual({ documents: 0, chunks: 0 });
    const notFound = expect.objectContaining({ code: 'INDEX_NOT_FOUND', details: { path: place.shown } });
    for (const asked of [
      store.nearest({ vector: Float32Array.of(1, 0), top: 1, rescore: 'exact' }),
      store.matching({ text: '', top: 1 }),
      store.chunks(['a#1']),
      store.vectors(['a#1']),
      store.apply({ remove: ['a'], add: [] }),
    ]) {
      await expect(asked).rejects.toEqual(notFound);
    }
    expect(lance.tables.size).toBe(0);
    await store.close();
    expect(lance.open).toBe(0);
  });

  test('in a folder that is not there connects to nothing, which would make the folder', async () => {
    const lance = new MemoryLance();
    const folder = '/no such folder/docs.lance';
    const store = await LanceStore.open({ uri: folder, folder, shown: `lancedb:${folder}` }, lance.packages);
    expect(await store.hashes()).toEqual(new Map());
    expect(lance.open).toBe(0);
    await store.close();
  });
});

describe('the manifest', () => {
  test('is kept, and replaced', async () => {
    const { lance, store } = await filled();
    expect(await store.readManifest()).toEqual(manifest);
    await store.writeManifest({ ...manifest, tool: 'newer' });
    expect(await store.readManifest()).toMatchObject({ tool: 'newer' });
    expect(lance.tables.get('octavec')?.rows).toHaveLength(1);
    expect(lance.tables.get('chunks')?.indexes).toEqual(['id', 'document', 'words']);
  });

  test.each<[string, Partial<IndexManifest>]>([
    ['another kind of vectors', { vectors: 'float32' }],
    ['another length', { model: { ...manifest.model, dimensions: 3 } }],
  ])('of %s is refused, and the table stays', async (_, change) => {
    const { store } = await filled(documentOf('a', ['x']));
    await expect(store.writeManifest({ ...manifest, ...change })).rejects.toMatchObject({
      code: 'INDEX_OTHER_SETTINGS',
    });
    expect(await store.readManifest()).toEqual(manifest);
    expect((await store.facts()).chunks).toBe(1);
  });

  test.each([
    ['no JSON', [{ manifest: '{' }], 'expected object'],
    ['no row', [], 'expected object'],
    ['of another format', [{ manifest: JSON.stringify({ ...manifest, format: 2 }) }], 'format'],
  ])('that is %s is a store that failed', async (_, rows, why) => {
    const { lance, store } = await filled();
    lance.tables.set('octavec', { rows, indexes: [] });
    await expect(store.readManifest()).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await expect(LanceStore.open(place, lance.packages)).rejects.toThrow(why);
  });
});

describe('a change', () => {
  test('of a document that shrank leaves none of its chunks', async () => {
    const { lance, store } = await filled(documentOf('a', ['x', 'y', 'z']), documentOf('b', ['w']));
    await store.apply({ remove: [], add: [documentOf('a', ['v'], 'new')] });
    expect((await store.document('a')).map(({ id, text }) => [id, text])).toEqual([['a#1', 'v']]);
    expect(await store.facts()).toEqual({ documents: 2, chunks: 2, bytes: 77 });
    expect((await store.hashes()).get('a')).toBe('new');
    // One commit, so that nobody sees a part of it.
    expect(lance.calls).toEqual(["update, insert, delete document IN ('a')"]);
  });

  test('with a document twice takes the last of them', async () => {
    const { store } = await filled(documentOf('a', ['first', 'second'], '1'), documentOf('a', ['third'], '2'));
    expect((await store.document('a')).map(({ text }) => text)).toEqual(['third']);
    expect(await store.hashes()).toEqual(new Map([['a', '2']]));
  });

  test('removes documents whose names are SQL, and no others', async () => {
    const odd = "'; DROP TABLE chunks; --";
    const { store } = await filled(documentOf(odd, ['x']), documentOf("it's", ['y']), documentOf('its', ['z']));
    await store.apply({ remove: [odd, "it's", 'never there'], add: [] });
    expect([...(await store.hashes()).keys()]).toEqual(['its']);
  });

  test('of nothing asks nothing', async () => {
    const { lance, store } = await filled(documentOf('a', ['x']));
    await store.apply({ remove: [], add: [] });
    expect(lance.calls).toEqual([]);
  });

  test('to a document without chunks keeps its hash', async () => {
    const { store } = await filled(documentOf('a', ['x', 'y']));
    await store.apply({ remove: [], add: [documentOf('a', [], 'empty')] });
    expect(await store.hashes()).toEqual(new Map([['a', 'empty']]));
    expect(await store.facts()).toMatchObject({ documents: 1, chunks: 0 });
    expect(await store.document('a')).toEqual([]);
    expect(await store.nearest({ vector: Float32Array.of(1, 0), top: 5, rescore: 'exact' })).toEqual([]);
  });

  test('waits for the one before, and goes on after one that failed', async () => {
    const { lance, store } = await filled();
    lance.failure = new Error('bucket is away.');
    const failed = store.apply({ remove: [], add: [documentOf('a', ['x'])] });
    await expect(failed).rejects.toMatchObject({
      code: 'STORE_FAILED',
      details: { name: place.shown, what: 'read', why: 'bucket is away' },
    });
    lance.failure = undefined;
    const changes = [1, 2, 3].map((i) => store.apply({ remove: [], add: [documentOf('a', ['x'], `${i}`)] }));
    await store.close();
    await Promise.all(changes);
    expect(lance.tables.get('chunks')?.rows).toMatchObject([{ id: 'a#1', hash: '3' }]);
    expect(lance.open).toBe(0);
  });
});

describe('a search', () => {
  test('by a vector gives cosines, best first, of documents that pass the filter', async () => {
    const { lance, store } = await filled(documentOf('a', ['x', 'y']), documentOf('b', ['z']));
    const vector = Float32Array.of(0.6, 0.8);
    const hits = await store.nearest({ vector, top: 2, rescore: 'exact', filter: parseFilter('document = "a"') });
    expect(hits.map(({ ref, score }) => [ref, Number(score.toFixed(5))])).toEqual([
      ['a#2', 0.8],
      ['a#1', 0.6],
    ]);
    await store.nearest({ vector, top: 1, rescore: 2.5 });
    expect(lance.calls).toEqual(['cosine, column vector, every row', 'cosine, column vector, refine 3']);
  });

  test('by words asks for each once, and for none where there are none', async () => {
    const { store } = await filled(documentOf('a', ['the cat', 'the dog and the cat']), documentOf('b', ['birds']));
    expect(await store.matching({ text: 'dog Dog CAT', top: 5 })).toEqual([
      { ref: 'a#2', score: 2 },
      { ref: 'a#1', score: 1 },
    ]);
    expect(await store.matching({ text: '?! …', top: 5 })).toEqual([]);
    expect(await store.matching({ text: 'cat', top: 1 })).toHaveLength(1);
    expect(await store.matching({ text: 'cat', top: 5, filter: parseFilter('lang != "en"') })).toEqual([]);
  });

  test('chunks and vectors come in the order of the refs, also those that are gone or asked for twice', async () => {
    const { store } = await filled(documentOf('a', ['x', 'y']));
    const refs = ['a#2', 'gone#1', 'a#1', 'a#2'];
    expect((await store.chunks(refs)).map((chunk) => chunk?.text)).toEqual(['y', undefined, 'x', 'y']);
    const { data, rows, columns } = await store.vectors(refs);
    expect([rows, columns]).toEqual([4, 2]);
    expect([...data]).toEqual([0, 1, 0, 0, 1, 0, 0, 1]);
    expect(await store.chunks([])).toEqual([]);
    expect((await store.vectors([])).data).toHaveLength(0);
  });

  test('a document gives its chunks in their order, past the ninth', async () => {
    const texts = Array.from({ length: 12 }, (_, i) => `text ${i}`);
    const { lance, store } = await filled(documentOf('a', texts));
    lance.tables.get('chunks')?.rows.reverse();
    expect((await store.document('a')).map(({ text }) => text)).toEqual(texts);
  });

  test('an error of the table comes through as it is, any other as a store that failed', async () => {
    const { lance, store } = await filled(documentOf('a', ['x']));
    lance.failure = new OctavecError('CANCELLED', { what: 'x' });
    await expect(store.chunks(['a#1'])).rejects.toMatchObject({ code: 'CANCELLED' });
    lance.failure = 'no error';
    await expect(store.chunks(['a#1'])).rejects.toMatchObject({ code: 'STORE_FAILED', cause: 'no error' });
  });
});

test('rows have a schema of all their columns', async () => {
  const { lance } = await filled();
  const { schema, rows } = lance.tables.get('chunks') as unknown as {
    readonly schema: { readonly fields: readonly { readonly name: string }[] };
    readonly rows: readonly object[];
  };
  const { lance: other } = await filled(documentOf('a', ['x']));
  const row = other.tables.get('chunks')?.rows[0] ?? {};
  expect(schema.fields.map(({ name }) => name).sort()).toEqual(Object.keys(row).sort());
  expect(schema.fields.at(-1)).toMatchObject({ name: 'vector', nullable: true, type: { length: 2 } });
  expect(rows).toEqual([]);
});
