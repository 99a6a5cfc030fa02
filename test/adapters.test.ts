import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Document } from '@langchain/core/documents';
import { Settings } from '@llamaindex/core/global';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Embedder } from '#rooms/embed';
import { langchainEmbeddings, langchainRetriever, langchainVectorStore } from '#rooms/langchain';
import { llamaindexEmbedding, llamaindexRetriever } from '#rooms/llamaindex';
import { Index } from '#rooms/search';
import { embeddedModel } from './support/golden-texts.js';
import { root } from './support/installed-package.js';
import { examplesOf } from './support/page-examples.js';

let embedder: Embedder;
beforeAll(async () => {
  embedder = await Embedder.load(embeddedModel);
});
afterAll(() => embedder.close());

const texts = ['Machine learning improves predictions', 'The weather is sunny today'];
const rows = async () => {
  const { data, columns } = await embedder.embed(texts);
  return texts.map((_, i) => [...data.subarray(i * columns, (i + 1) * columns)]);
};
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** An index with one answer, which keeps what it was asked. */
function answering() {
  const asked: unknown[] = [];
  const index = {
    search: async (...question: unknown[]) => {
      asked.push(question);
      return [
        { id: 'a#1', document: 'a', text: 'It is.', score: 0.5, metadata: { lang: 'en' }, lines: [3, 4] as const },
      ];
    },
  } satisfies Pick<Index, 'search'>;
  return { index, asked };
}
const metadata = { lang: 'en', document: 'a', score: 0.5, lines: [3, 4] };

describe('LangChain.js', () => {
  test('embeds with an embedder', async () => {
    const embeddings = await langchainEmbeddings(embedder);
    expect(await embeddings.embedDocuments(texts)).toEqual(await rows());
    expect(await embeddings.embedDocuments([])).toEqual([]);
    const question = await embeddings.embedQuery('AI');
    const [near, far] = (await embeddings.embedDocuments(texts)).map((vector) => dot(vector, question));
    expect(near).toBeGreaterThan(far);
  });

  test('retrieves from an index, in a chain', async () => {
    const { index, asked } = answering();
    const retriever = await langchainRetriever(index, { top: 3, filter: 'lang = "en"' });
    const chain = retriever.pipe((documents) => documents.map(({ pageContent }) => pageContent).join());
    expect(await chain.invoke('Is it?')).toBe('It is.');
    expect(asked).toEqual([['Is it?', { top: 3, filter: 'lang = "en"' }]]);
    expect(await retriever.invoke('Is it?')).toMatchObject([{ id: 'a#1', pageContent: 'It is.', metadata }]);
  });
});

describe('LangChain.js keeps its documents in an index', () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-langchain-'));
  let index: Index;
  let store: Awaited<ReturnType<typeof langchainVectorStore>>;
  const contents = (documents: readonly { readonly pageContent: string }[]) =>
    documents.map(({ pageContent }) => pageContent);

  beforeAll(async () => {
    index = await Index.open(join(folder, 'store.index'), { model: embedder });
    store = await langchainVectorStore(index);
    const documents = texts.map((pageContent, i) => new Document({ pageContent, metadata: { year: 2024 + i } }));
    const ids = await store.addDocuments([...documents, new Document({ id: 'ml', pageContent: `${texts[0]}.` })]);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/), 'ml']);
    expect(await store.addDocuments(documents, { ids: ['own'] })).toEqual(['own', ids[1]]);
  });
  afterAll(async () => {
    await index.close();
    rmSync(folder, { recursive: true });
  });

  test('finds by meaning, with cosines and filters', async () => {
    expect((await index.facts()).documents).toBe(4);
    const [[best, score]] = await store.similaritySearchWithScore(texts[1], 1);
    expect([best.pageContent, score]).toEqual([texts[1], expect.closeTo(1, 3)]);
    expect(best.metadata).toMatchObject({ year: 2025, document: best.id });
    expect(contents(await store.similaritySearch(texts[0], 5, 'year = 2025'))).toEqual([texts[1]]);
    expect(await store.similaritySearch(texts[0])).toHaveLength(4);
  });

  test('varies, and is a retriever', async () => {
    expect(contents(await store.maxMarginalRelevanceSearch(texts[0], { k: 2, lambda: 0.1 }))).toEqual(texts);
    const retriever = store.asRetriever({ k: 2, searchType: 'mmr', searchKwargs: { lambda: 0.1 } });
    expect(contents(await retriever.invoke(texts[0]))).toEqual(texts);
    expect(contents(await store.asRetriever(1, 'year = 2025').invoke('AI'))).toEqual([texts[1]]);
  });

  test('takes documents out, and refuses vectors', async () => {
    const [weather] = await store.similaritySearch(texts[1], 1);
    await store.delete({ ids: [weather.id ?? '', 'ml'] });
    expect((await index.facts()).documents).toBe(2);
    const refused = { code: 'USAGE', message: expect.stringContaining('takes texts and no vectors') };
    await expect(store.similaritySearchVectorWithScore([1], 1)).rejects.toMatchObject(refused);
    await expect(store.embeddings.embedQuery('AI')).rejects.toMatchObject(refused);
  });
});

describe('LlamaIndex.TS', () => {
  test('embeds with an embedder', async () => {
    Settings.embedModel = await llamaindexEmbedding(embedder);
    expect(await Settings.embedModel.getTextEmbeddings(texts)).toEqual(await rows());
    expect(await Settings.embedModel.getTextEmbeddingsBatch(texts)).toEqual(await rows());
    const question = await Settings.embedModel.getQueryEmbedding({ type: 'text', text: texts[0] });
    expect(dot(question ?? [], await Settings.embedModel.getTextEmbedding(texts[0]))).toBeCloseTo(1, 5);
    const picture = { type: 'image_url', image_url: { url: 'data:,' } } as const;
    await expect(Settings.embedModel.getQueryEmbedding(picture)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('retrieves from an index', async () => {
    const { index, asked } = answering();
    const retriever = await llamaindexRetriever(index, { top: 3 });
    const [{ node, score }] = await retriever.retrieve('Is it?');
    expect(asked).toEqual([['Is it?', { top: 3 }]]);
    expect([node.id_, score, node.metadata]).toEqual(['a#1', 0.5, metadata]);
    expect(node.toJSON()).toMatchObject({ text: 'It is.' });
  });
});

// In this repository, where both libraries are.
test('the examples of the page give what it says', async () => {
  mkdirSync(join(root, 'build'), { recursive: true });
  const folder = mkdtempSync(join(root, 'build/adapters-'));
  const programs = examplesOf('docs/how-to/langchain-and-llamaindex.md').filter(({ language }) => language === 'js');
  expect(programs).toHaveLength(3);
  for (const [i, { code }] of programs.entries()) {
    writeFileSync(join(folder, `${i}.mjs`), code);
    const { stdout } = await promisify(execFile)(process.execPath, [`${i}.mjs`], { cwd: folder });
    expect(stdout).toMatch(/^Deep learning uses neural networks\n/);
  }
  rmSync(folder, { recursive: true });
});
