import type { Embeddings } from '@langchain/core/embeddings';
import type { BaseRetriever } from '@langchain/core/retrievers';
import { embedAs, metadataOfResult, type RetrieverOptions, type Searched } from '../adapters/index.js';
import { optionalPackage } from '../base/index.js';
import type { Embedder } from '../embed/index.js';

const what = 'LangChain.js';
const name = '@langchain/core';

/**
 * Makes an embedder one of LangChain's, for its vector stores. Questions and documents get the prompts that the model has for
 * them. The embedder stays yours to close.
 *
 * @throws PACKAGE_MISSING
 * @example
 * ```ts
 * const store = await MemoryVectorStore.fromDocuments(documents, await langchainEmbeddings(embedder));
 * ```
 */
export async function langchainEmbeddings(embedder: Embedder): Promise<Embeddings> {
  const core = await optionalPackage(() => import('@langchain/core/embeddings'), name, what);
  class OctavecEmbeddings extends core.Embeddings {
    override embedDocuments(texts: string[]): Promise<number[][]> {
      return embedAs(embedder, 'document', texts);
    }

    override async embedQuery(text: string): Promise<number[]> {
      const [vector] = await embedAs(embedder, 'query', [text]);
      return vector;
    }
  }
  // What fails is no network: it fails again.
  return new OctavecEmbeddings({ maxRetries: 0 });
}

/**
 * Makes an index a retriever of LangChain, for its chains and agents. Metadata of the documents that it gives are those of the
 * document, and `document`, `score`, `headings`, `lines`, `page`.
 *
 * @param options how the index is asked: `top`, `filter`, `mode`, …
 * @throws PACKAGE_MISSING
 * @example
 * ```ts
 * const retriever = await langchainRetriever(await Index.open('docs.index'), { top: 4 });
 * const documents = await retriever.invoke('How do I install it?');
 * ```
 */
export async function langchainRetriever(index: Searched, options: RetrieverOptions = {}): Promise<BaseRetriever> {
  const load = () => Promise.all([import('@langchain/core/retrievers'), import('@langchain/core/documents')]);
  const [retrievers, documents] = await optionalPackage(load, name, what);
  class OctavecRetriever extends retrievers.BaseRetriever {
    override lc_namespace = ['octavec', 'langchain'];

    override async _getRelevantDocuments(query: string) {
      const results = await index.search(query, options);
      return results.map((result) => {
        const { id, text: pageContent } = result;
        return new documents.Document({ id, pageContent, metadata: metadataOfResult(result) });
      });
    }
  }
  return new OctavecRetriever();
}
