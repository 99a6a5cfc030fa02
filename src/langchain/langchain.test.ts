import { describe, expect, test } from 'vitest';
import type { Embedder } from '../embed/index.js';
import type { SearchResult } from '../search/index.js';
import { langchainEmbeddings, langchainRetriever } from './langchain.js';

/** Vectors say what was embedded: [length of the text, 1 for a question]. */
function embedder(failures = 0): { readonly embedder: Embedder; readonly calls: () => number } {
  let calls = 0;
  const embed = async (texts: readonly string[], { promptName }: { readonly promptName?: string }) => {
    calls++;
    if (calls <= failures) {
      throw new Error('not now');
    }
    const data = Float32Array.from(texts.flatMap(({ length }) => [length, promptName === 'query' ? 1 : 0]));
    return { data, rows: texts.length, columns: 2 };
  };
  const model = { prompts: { query: 'query: ', document: 'passage: ' } };
  return { embedder: { model, embed } as unknown as Embedder, calls: () => calls };
}

describe('embeddings', () => {
  test('tell questions from documents', async () => {
    const embeddings = await langchainEmbeddings(embedder().embedder);
    expect(await embeddings.embedQuery('abc')).toEqual([3, 1]);
    expect(await embeddings.embedDocuments(['a', 'ab'])).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  test('that fail are not tried again', async () => {
    const failing = embedder(1);
    const embeddings = await langchainEmbeddings(failing.embedder);
    await expect(embeddings.embedQuery('abc')).rejects.toThrow('not now');
    expect(failing.calls()).toBe(1);
  });
});

describe('a retriever', () => {
  const found = (id: string): SearchResult => ({ id, document: 'a', text: `text of ${id}`, score: 0.5, metadata: {} });

  test('gives passages in their order, with their own ids', async () => {
    const asked: unknown[] = [];
    const search = async (...question: unknown[]) => {
      asked.push(question);
      return [found('a#2'), found('a#1')];
    };
    const retriever = await langchainRetriever({ search }, { top: 2, mode: 'text' });
    const documents = await retriever.invoke('x');
    expect(documents.map(({ id, pageContent, metadata }) => [id, pageContent, metadata])).toEqual([
      ['a#2', 'text of a#2', { document: 'a', score: 0.5 }],
      ['a#1', 'text of a#1', { document: 'a', score: 0.5 }],
    ]);
    expect(asked).toEqual([['x', { top: 2, mode: 'text' }]]);
  });

  test('finds nothing where there is nothing, and passes errors on', async () => {
    const none = await langchainRetriever({ search: async () => [] });
    expect(await none.invoke('x')).toEqual([]);
    const broken = await langchainRetriever({ search: () => Promise.reject(new Error('no index')) });
    await expect(broken.invoke('x')).rejects.toThrow('no index');
  });
});
