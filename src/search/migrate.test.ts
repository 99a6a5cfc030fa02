import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Embedder } from '../embed/index.js';
import { type IndexManifest, SegmentStore } from '../store/index.js';
import { migrateIndex } from './migrate.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-migrate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const manifest: IndexManifest = {
  ...{ format: 1, tool: 'test', chunking: 'none', vectors: 'float32', sources: [] },
  model: { name: '/old', dimensions: 1, documentPrompt: '', queryPrompt: '', probes: [[1]] },
};

/** A model that gives every text the same vector, and fails at or gives none for some. */
function modelOf(vectorOf: (text: string) => readonly [number, number]) {
  const embedder = {
    ...{ width: 2, dimensions: 2, model: { prompts: {}, folder: '/new', onnxPath: '/new/onnx/model.onnx' } },
    embed: async (texts: readonly string[]) => ({
      data: Float32Array.from(texts.flatMap(vectorOf)),
      ...{ rows: texts.length, columns: 2 },
    }),
    close: async () => undefined,
  } as unknown as Embedder;
  return { model: '/new', loadModel: async () => ({ embedder, name: '/new' }) };
}
const sound = modelOf(() => [1, 0]);
const breaking = modelOf((text) => {
  if (text === 'breaks') {
    throw new Error('the power went');
  }
  return [1, 0];
});

/** Changes the index, with chunks of a text for each document that is added. */
async function change(add: Readonly<Record<string, readonly string[]>>, remove: readonly string[] = []) {
  const store = await SegmentStore.open(folder);
  if ((await store.readManifest()) === undefined) {
    await store.writeManifest(manifest);
  }
  await store.apply({
    remove,
    add: Object.entries(add).map(([id, texts]) => ({
      ...{ id, hash: texts.join().slice(0, 32), metadata: {}, chunks: texts.map((text) => ({ text })) },
      vectors: { data: new Float32Array(texts.length).fill(1), rows: texts.length, columns: 1 },
    })),
  });
  await store.close();
}

async function contents() {
  const store = await SegmentStore.open(folder);
  const { documents, chunks } = await store.facts();
  const found = { ids: [...(await store.hashes()).keys()].sort(), documents, chunks };
  const dimensions = (await store.readManifest())?.model.dimensions;
  await store.close();
  return { ...found, dimensions };
}

/** As many chunks as are embedded at once, so that a migration stores them before what comes next. */
const full = Array.from({ length: 512 }, (_, i) => `part ${i}`);

test('what was taken out since a migration was broken off does not come back', async () => {
  await change({ large: full });
  await change({ small: ['breaks'] });
  await expect(migrateIndex(folder, breaking)).rejects.toThrow('the power went');
  expect(await contents()).toEqual({ ids: ['large', 'small'], documents: 2, chunks: 513, dimensions: 1 });
  await change({ other: ['new'] }, ['large']);
  expect(await migrateIndex(folder, sound)).toBe(2);
  expect(await contents()).toEqual({ ids: ['other', 'small'], documents: 2, chunks: 2, dimensions: 2 });
  expect(existsSync(join(folder, 'migration'))).toBe(false);
});

test('a broken-off migration goes on where it stopped, and embeds again what has changed since', async () => {
  await change({ large: full });
  await change({ small: ['breaks'] });
  await expect(migrateIndex(folder, breaking)).rejects.toThrow('the power went');
  const texts: string[] = [];
  const listening = modelOf((text) => {
    texts.push(text);
    return [1, 0];
  });
  await change({ small: ['now two', 'chunks'] });
  expect(await migrateIndex(folder, listening)).toBe(1);
  expect(texts.slice(-2)).toEqual(['now two', 'chunks']);
  expect(texts).not.toContain('part 0');
  expect(await contents()).toEqual({ ids: ['large', 'small'], documents: 2, chunks: 514, dimensions: 2 });
});

test.each([
  ['segments that are gone', () => rmSync(join(folder, 'migration/segments'), { recursive: true })],
  ['a list that is not whole', () => writeFileSync(join(folder, 'migration/index.json'), '{"sha256":"')],
])('what is left of a broken-off migration with %s is thrown away', async (_, damage) => {
  await change({ large: full });
  await change({ small: ['breaks'] });
  await expect(migrateIndex(folder, breaking)).rejects.toThrow('the power went');
  damage();
  expect(await migrateIndex(folder, sound)).toBe(2);
  expect(await contents()).toEqual({ ids: ['large', 'small'], documents: 2, chunks: 513, dimensions: 2 });
  expect(existsSync(join(folder, 'migration'))).toBe(false);
});

test('counts the documents that the model gives vectors for', async () => {
  await change({ good: ['a'], bad: ['b', 'not a number'] });
  const partly = modelOf((text) => [text === 'not a number' ? Number.NaN : 1, 0]);
  expect(await migrateIndex(folder, partly)).toBe(1);
  expect((await contents()).ids).toEqual(['good']);
});

test('a folder without an index is an error, and stays empty', async () => {
  await expect(migrateIndex(folder, sound)).rejects.toMatchObject({ code: 'INDEX_NOT_FOUND' });
  expect(existsSync(join(folder, 'migration'))).toBe(false);
});
