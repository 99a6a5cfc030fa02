import { Document } from '@langchain/core/documents';
import { describe, expect, test } from 'vitest';
import type { IndexDocument, SearchResult } from '../search/index.js';
import { langchainVectorStore, type VectorStoreOptions } from './vector-store.js';

/** An index that notes what it is asked, and knows one passage. */
async function storeWith(options?: VectorStoreOptions) {
  const asked: unknown[] = [];
  const added: IndexDocument[][] = [];
  const removed: unknown[] = [];
  const found: SearchResult = {
    ...{ id: 'guide.md#2', document: 'guide.md', text: 'It is.', score: 0.75, metadata: { lang: 'en' } },
    headings: ['Guide'],
  };
  const index = {
    search: async (...question: unknown[]) => {
      asked.push(question);
      return [found];
    },
    add: async (documents: Iterable<IndexDocument>) => void added.push([...documents]),
    remove: async (ids: readonly string[]) => removed.push(ids),
  } as unknown as Parameters<typeof langchainVectorStore>[0];
  return { store: await langchainVectorStore(index, options), asked, added, removed };
}
const document = { id: 'guide.md', pageContent: 'It is.' };
const metadata = { lang: 'en', document: 'guide.md', score: 0.75, headings: ['Guide'] };

describe('a search', () => {
  test('is by meaning, for four, unless it is said otherwise', async () => {
    const { store, asked } = await storeWith();
    expect(await store.similaritySearch('Is it?')).toEqual([new Document({ ...document, metadata })]);
    await store.similaritySearch('Is it?', 7, 'lang = "en"');
    expect(asked).toEqual([
      ['Is it?', { mode: 'vector', top: 4 }],
      ['Is it?', { mode: 'vector', top: 7, filter: 'lang = "en"' }],
    ]);
  });

  test('asks as the store was told to', async () => {
    const { store, asked } = await storeWith({ mode: 'hybrid', diversity: 0.3 });
    await store.similaritySearch('x', 2);
    expect(asked).toEqual([['x', { mode: 'hybrid', diversity: 0.3, top: 2 }]]);
  });

  test('gives scores beside documents', async () => {
    const { store } = await storeWith();
    const [[first, score]] = await store.similaritySearchWithScore('x', 1);
    expect([first.id, score]).toEqual(['guide.md', 0.75]);
  });

  test.each([
    [undefined, 0.5],
    [1, 0],
    [0, 1],
    [0.75, 0.25],
  ])('for variety with lambda %s has the diversity %d', async (lambda, diversity) => {
    const { store, asked } = await storeWith({ diversity: 0.9 });
    await store.maxMarginalRelevanceSearch('x', { k: 3, ...(lambda !== undefined && { lambda }) });
    expect(asked).toEqual([['x', { mode: 'vector', top: 3, diversity }]]);
  });

  test('runs as a retriever of LangChain, with its filter', async () => {
    const { store, asked } = await storeWith();
    const retriever = store.asRetriever({ k: 5, filter: 'year > 2000' });
    expect((await retriever.invoke('x')).map(({ pageContent }) => pageContent)).toEqual(['It is.']);
    expect(asked).toEqual([['x', { mode: 'vector', top: 5, filter: 'year > 2000' }]]);
  });
});

describe('documents', () => {
  test('are added under the id that is given, else their own, else one of their content', async () => {
    const { store, added } = await storeWith();
    const [own, none] = [
      { id: 'own', pageContent: 'a', metadata: {} },
      { pageContent: 'a', metadata: { n: 1 } },
    ];
    expect(await store.addDocuments([own, own], { ids: ['given'] })).toEqual(['given', 'own']);
    const [first, again, other] = await store.addDocuments([none, { ...none }, { ...none, metadata: { n: 2 } }]);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(added[0]).toEqual([
      { id: 'given', text: 'a', metadata: {} },
      { id: 'own', text: 'a', metadata: {} },
    ]);
    expect(added[1][0]).toEqual({ id: first, text: 'a', metadata: { n: 1 } });
  });

  test('are removed by their ids, and never all of them by mistake', async () => {
    const { store, removed } = await storeWith();
    await store.delete({ ids: ['a', 'b'] });
    expect(removed).toEqual([['a', 'b']]);
    await expect(store.delete({} as { readonly ids: string[] })).rejects.toMatchObject({ code: 'USAGE' });
    expect(removed).toHaveLength(1);
  });
});

test('vectors are refused: an index makes its own', async () => {
  const { store } = await storeWith();
  const refused = { code: 'USAGE', message: expect.stringContaining('takes texts and no vectors') };
  await expect(store.addVectors([[1]], [])).rejects.toMatchObject(refused);
  await expect(store.similaritySearchVectorWithScore([1], 1)).rejects.toMatchObject(refused);
  await expect(store.embeddings.embedQuery('x')).rejects.toMatchObject(refused);
  await expect(store.embeddings.embedDocuments(['x'])).rejects.toMatchObject(refused);
});
