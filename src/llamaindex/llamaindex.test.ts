import { describe, expect, test } from 'vitest';
import type { Embedder } from '../embed/index.js';
import { llamaindexEmbedding, llamaindexRetriever } from './llamaindex.js';

/** Vectors say what was embedded: [length of the text, 1 for a question]. */
const embedder = {
  ...{ dimensions: 2, maxTokens: 256, model: { prompts: { query: 'query: ', document: 'passage: ' } } },
  embed: async (texts: readonly string[], { promptName }: { readonly promptName?: string }) => ({
    data: Float32Array.from(texts.flatMap(({ length }) => [length, promptName === 'query' ? 1 : 0])),
    ...{ rows: texts.length, columns: 2 },
  }),
} as unknown as Embedder;

describe('an embedding', () => {
  test('tells questions from documents, and says its size', async () => {
    const embedding = await llamaindexEmbedding(embedder);
    expect(embedding.embedInfo).toEqual({ dimensions: 2, maxTokens: 256 });
    expect(await embedding.getTextEmbedding('ab')).toEqual([2, 0]);
    expect(await embedding.getTextEmbeddings(['a', 'ab'])).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(await embedding.getQueryEmbedding({ type: 'text', text: 'abc' })).toEqual([3, 1]);
  });

  test('embeds many texts in the batches of LlamaIndex, in their order', async () => {
    const embedding = await llamaindexEmbedding(embedder);
    const texts = Array.from({ length: 25 }, (_, i) => 'x'.repeat(i));
    const vectors = await embedding.getTextEmbeddingsBatch(texts);
    expect(vectors.map(([length]) => length)).toEqual(texts.map(({ length }) => length));
  });
});

describe('a retriever', () => {
  const result = { id: 'a#1', document: 'a', text: 'It is.', score: 0.5, metadata: { lang: 'en' }, page: 2 };
  async function retrieverOf() {
    const asked: unknown[] = [];
    const search = async (...question: unknown[]) => {
      asked.push(question);
      return [result];
    };
    return { retriever: await llamaindexRetriever({ search }, { top: 3 }), asked };
  }

  test('gives nodes with their ids, scores and metadata', async () => {
    const { retriever, asked } = await retrieverOf();
    const [{ node, score }] = await retriever.retrieve('Is it?');
    expect([node.id_, score, node.metadata]).toEqual([
      ...['a#1', 0.5],
      { lang: 'en', document: 'a', score: 0.5, page: 2 },
    ]);
    expect(asked).toEqual([['Is it?', { top: 3 }]]);
  });

  test.each([
    [
      [
        { type: 'text', text: 'Is' },
        { type: 'text', text: 'it?' },
      ],
      'Is\nit?',
    ],
    [
      [
        { type: 'image_url', image_url: { url: 'x' } },
        { type: 'text', text: 'this?' },
      ],
      'this?',
    ],
    [{ type: 'text', text: 'one' }, 'one'],
  ])('asks with the texts of a message: %j', async (query, text) => {
    const { retriever, asked } = await retrieverOf();
    await retriever.retrieve({ query: query as never });
    expect(asked).toEqual([[text, { top: 3 }]]);
  });

  test.each([[[]], [[{ type: 'image_url', image_url: { url: 'x' } }]], [null]])(
    'refuses a message without text: %j',
    async (query) => {
      const { retriever, asked } = await retrieverOf();
      await expect(retriever.retrieve({ query: query as never })).rejects.toMatchObject({ code: 'USAGE' });
      expect(asked).toEqual([]);
    },
  );
});
