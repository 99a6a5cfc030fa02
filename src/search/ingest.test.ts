import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { DocumentSource, SkippedFile } from '../documents/index.js';
import { parsedText } from '../documents/index.js';
import type { Embedder } from '../embed/index.js';
import type { IndexManifest, NewDocument, Store } from '../store/index.js';
import { embedDocuments, ingest, tokenCounter } from './ingest.js';

const manifest: IndexManifest = {
  ...{ format: 1, tool: 'test', chunking: { tokens: 4, overlap: 0 }, vectors: 'float32', sources: [] },
  model: { name: 'm', dimensions: 2, documentPrompt: '', queryPrompt: '', probes: [] },
};

/** A word is a token, and two stand around each text; the vector of a text with "bad" is none. */
function fakeEmbedder(maxTokens = 100) {
  const embedded: (readonly string[])[] = [];
  const embedder = {
    maxTokens,
    tokenize: async (texts: readonly string[], { prompt }: { readonly prompt: string }) => ({
      lengths: Int32Array.from(texts, (text) => 2 + (`${prompt} ${text}`.match(/\S+/g)?.length ?? 0)),
    }),
    embed: async (texts: readonly string[]) => {
      embedded.push(texts);
      const data = texts.flatMap((text) => (text.includes('bad') ? [Number.NaN, 1] : [3, 4]));
      return { data: Float32Array.from(data), rows: texts.length, columns: 2 };
    },
  };
  return { embedder: embedder as unknown as Embedder, embedded };
}

/** A store that keeps documents and what was done to it. */
function fakeStore(known: Readonly<Record<string, string>> = {}) {
  const added: NewDocument[] = [];
  const store = {
    hashes: async () => new Map(Object.entries(known)),
    apply: async ({ add }: { readonly add: readonly NewDocument[] }) => void added.push(...add),
  };
  return { store: store as unknown as Store, added };
}

const source = (id: string, text: string): DocumentSource => ({
  ...{ id, content: text, parse: async () => parsedText(text, {}) },
});

async function run(
  sources: readonly DocumentSource[],
  options: { known?: Record<string, string>; maxTokens?: number; manifest?: IndexManifest } = {},
) {
  const { store, added } = fakeStore(options.known);
  const { embedder, embedded } = fakeEmbedder(options.maxTokens);
  const skipped: SkippedFile[] = [];
  const tools = {
    store,
    embedder,
    manifest: options.manifest ?? manifest,
    onSkipped: (file: SkippedFile) => void skipped.push(file),
  };
  const { counts, seen } = await ingest(sources, tools, {});
  return { counts, seen: [...seen], added, embedded, skipped: skipped.map(({ id, reason }) => `${id}: ${reason}`) };
}

describe('documents come into a store', () => {
  test('cut, with vectors of length 1 and the hash of their content', async () => {
    const { counts, seen, added } = await run([source('a', 'One two. Three four five.'), source('b', 'six')]);
    expect(counts).toEqual({ added: 2, updated: 0, unchanged: 0, removed: 0 });
    expect(seen).toEqual(['a', 'b']);
    expect(added.map(({ id, chunks }) => [id, chunks.map(({ text }) => text)])).toEqual([
      ['a', ['One two.', 'Three four five.']],
      ['b', ['six']],
    ]);
    expect(added[0].vectors).toEqual({ data: Float32Array.of(0.6, 0.8, 0.6, 0.8), rows: 2, columns: 2 });
    expect(added[1].hash).toBe(createHash('sha256').update('six').digest('hex').slice(0, 32));
  });

  test('and those whose content is there cost nothing', async () => {
    const first = await run([source('a', 'same'), source('b', 'old')]);
    const known = Object.fromEntries(first.added.map(({ id, hash }) => [id, hash]));
    const { counts, embedded, added } = await run([source('a', 'same'), source('b', 'new'), source('c', 'x')], {
      known,
    });
    expect(counts).toEqual({ added: 1, updated: 1, unchanged: 1, removed: 0 });
    expect(embedded).toEqual([['new', 'x']]);
    expect(added.map(({ id }) => id)).toEqual(['b', 'c']);
  });

  test('and of two with the same id the first stays, and another content is told as skipped', async () => {
    const { counts, added, skipped } = await run([source('a', 'first'), source('a', 'second'), source('a', 'first')]);
    expect(skipped).toEqual(['a: another document before it has the same id']);
    expect(counts).toEqual({ added: 1, updated: 0, unchanged: 0, removed: 0 });
    expect(added.map(({ chunks }) => chunks[0].text)).toEqual(['first']);
  });

  test('and one that is there already may come twice, but not with two contents', async () => {
    const known = { a: createHash('sha256').update('first').digest('hex').slice(0, 32) };
    const same = await run([source('a', 'first'), source('a', 'first')], { known });
    expect([same.counts.unchanged, same.seen, same.skipped]).toEqual([1, ['a'], []]);
    const other = await run([source('a', 'first'), source('a', 'second')], { known });
    expect([other.counts.unchanged, other.added, other.skipped.length]).toEqual([1, [], 1]);
  });

  test('and empty ones are there without chunks', async () => {
    const { counts, added, embedded } = await run([source('a', ' \n'), source('b', '')]);
    expect(counts.added).toBe(2);
    expect(added.map(({ chunks, vectors }) => [chunks.length, vectors.rows, vectors.columns])).toEqual([
      [0, 0, 2],
      [0, 0, 2],
    ]);
    expect(embedded).toEqual([]);
  });

  test('and what cannot be read or embedded is passed over', async () => {
    const broken = { ...source('broken', 'x'), parse: async () => Promise.reject(new Error('it is not a PDF')) };
    const { counts, skipped, added } = await run([
      broken,
      source('half', 'good word. a very bad word'),
      source('c', 'fine'),
    ]);
    expect(skipped).toEqual(['broken: it is not a PDF', 'half: the model gives no vector for a part of it']);
    expect(counts.added).toBe(1);
    expect(added.map(({ id }) => id)).toEqual(['c']);
  });

  test('in several steps where they are many, and none is lost', async () => {
    const sources = Array.from({ length: 150 }, (_, i) => source(`d${i}`, `text ${i}`));
    const { counts, added, embedded } = await run(sources);
    expect(counts.added).toBe(150);
    expect(new Set(added.map(({ id }) => id)).size).toBe(150);
    expect(embedded[0]).toHaveLength(64);
  });

  test('whole where nothing is to be cut', async () => {
    const whole = { ...manifest, chunking: 'none' } as const;
    const { added } = await run([source('a', 'one two three. four five six')], { manifest: whole });
    expect(added[0].chunks).toHaveLength(1);
  });

  test('in chunks that leave room for the prompt', async () => {
    const prompted = { ...manifest, model: { ...manifest.model, documentPrompt: 'passage:' } };
    // Of five tokens, two are special, and one is the prompt.
    const { added } = await run([source('a', 'one two three four five')], { manifest: prompted, maxTokens: 5 });
    expect(added[0].chunks.every(({ text }) => text.split(' ').length <= 2)).toBe(true);
    expect(added[0].chunks.map(({ text }) => text).join(' ')).toBe('one two three four five');
  });

  test('until they are cancelled', async () => {
    const { store, added } = fakeStore();
    const { embedder } = fakeEmbedder();
    const controller = new AbortController();
    const sources = async function* () {
      yield source('a', 'x');
      controller.abort();
      yield source('b', 'y');
    };
    const tools = { store, embedder, manifest, onSkipped: () => undefined };
    await expect(ingest(sources(), tools, { signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(added).toEqual([]);
  });
});

test('tokens are counted without the special ones', async () => {
  const count = tokenCounter(fakeEmbedder().embedder);
  expect(Array.from(await count(['one two', '', 'three']))).toEqual([2, 0, 1]);
  expect(await count([])).toEqual([]);
});

test('no text counts for less than its length allows', async () => {
  const count = tokenCounter(fakeEmbedder().embedder);
  const word = 'x'.repeat(320);
  const long = 'rain '.repeat(300_000);
  expect(Array.from(await count([word, word.slice(0, 31), long]))).toEqual([10, 1, long.length / 4]);
});

test('vectors come to the documents that they are of', async () => {
  const pending = [2, 0, 1].map((chunks, i) => ({
    ...{
      id: `d${i}`,
      hash: '',
      metadata: {},
      chunks: Array.from({ length: chunks }, (_, k) => ({ text: `t${i}${k}` })),
    },
  }));
  const { store } = fakeStore();
  const tools = { store, ...fakeEmbedder(), manifest, onSkipped: () => undefined };
  const documents = await embedDocuments(pending, tools, undefined);
  expect(documents.map(({ id, vectors }) => [id, vectors.rows])).toEqual([
    ['d0', 2],
    ['d1', 0],
    ['d2', 1],
  ]);
});
