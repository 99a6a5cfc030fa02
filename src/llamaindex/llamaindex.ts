import type { BaseEmbedding } from '@llamaindex/core/embeddings';
import type { BaseRetriever } from '@llamaindex/core/retriever';
import { embedAs, metadataOfResult, type RetrieverOptions, type Searched } from '../adapters/index.js';
import { OctavecError, optionalPackage } from '../base/index.js';
import type { Embedder } from '../embed/index.js';

const what = 'LlamaIndex.TS';
const name = '@llamaindex/core';

/**
 * Makes an embedder one of LlamaIndex.TS: `Settings.embedModel = await llamaindexEmbedding(embedder)`. Questions and
 * documents get the prompts that the model has for them. The embedder stays yours to close.
 *
 * @throws PACKAGE_MISSING
 * @example
 * ```ts
 * Settings.embedModel = await llamaindexEmbedding(await Embedder.load('minilm', { variant: 'int8' }));
 * ```
 */
export async function llamaindexEmbedding(embedder: Embedder): Promise<BaseEmbedding> {
  const { BaseEmbedding: Base } = await optionalPackage(() => import('@llamaindex/core/embeddings'), name, what);
  class OctavecEmbedding extends Base {
    override embedInfo = { dimensions: embedder.dimensions, maxTokens: embedder.maxTokens };

    constructor() {
      super();
      this.getTextEmbeddings = (texts) => embedAs(embedder, 'document', texts);
    }

    override async getTextEmbedding(text: string): Promise<number[]> {
      const [vector] = await embedAs(embedder, 'document', [text]);
      return vector;
    }

    override async getQueryEmbedding(query: unknown): Promise<number[]> {
      const [vector] = await embedAs(embedder, 'query', [textOf(query)]);
      return vector;
    }
  }
  return new OctavecEmbedding();
}

/**
 * Makes an index a retriever of LlamaIndex.TS, for its query and chat engines. Metadata of the nodes that it gives are those of the
 * document, and `document`, `score`, `headings`, `lines`, `page`.
 *
 * @param options how the index is asked: `top`, `filter`, `mode`, …
 * @throws PACKAGE_MISSING
 * @example
 * ```ts
 * const retriever = await llamaindexRetriever(await Index.open('docs.index'), { top: 4 });
 * const nodes = await retriever.retrieve('How do I install it?');
 * ```
 */
export async function llamaindexRetriever(index: Searched, options: RetrieverOptions = {}): Promise<BaseRetriever> {
  const load = () => Promise.all([import('@llamaindex/core/retriever'), import('@llamaindex/core/schema')]);
  const [{ BaseRetriever: Base }, { TextNode }] = await optionalPackage(load, name, what);
  class OctavecRetriever extends Base {
    // biome-ignore lint/complexity/noUselessConstructor: that of the base is protected.
    constructor() {
      super();
    }

    override async _retrieve({ query }: { readonly query: unknown }) {
      const results = await index.search(textOf(query), options);
      return results.map((result) => {
        const { id, text, score } = result;
        return { node: new TextNode({ id_: id, text, metadata: metadataOfResult(result) }), score };
      });
    }
  }
  return new OctavecRetriever();
}

/** Returns the text of a message, which may come in pieces, some of them pictures. */
function textOf(content: unknown): string {
  const pieces = Array.isArray(content) ? content : [content];
  const texts = pieces.flatMap((piece: unknown) => {
    const text = typeof piece === 'string' ? piece : (piece as { readonly text?: unknown } | null)?.text;
    return typeof text === 'string' ? [text] : [];
  });
  if (texts.length === 0) {
    throw new OctavecError('USAGE', { problem: 'The question has no text' });
  }
  return texts.join('\n');
}
