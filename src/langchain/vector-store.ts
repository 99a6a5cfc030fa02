import { createHash } from 'node:crypto';
import type { DocumentInterface } from '@langchain/core/documents';
import type { MaxMarginalRelevanceSearchOptions, VectorStore } from '@langchain/core/vectorstores';
import { metadataOfResult, type RetrieverOptions } from '../adapters/index.js';
import { OctavecError, optionalPackage } from '../base/index.js';
import type { Filter, Index, IndexDocument, SearchResult } from '../search/index.js';

/** How a vector store asks its index; how many are wanted, and of which documents, comes with each question. */
export type VectorStoreOptions = Omit<RetrieverOptions, 'top' | 'filter'>;

/** An index as a vector store of LangChain. */
export interface LangchainVectorStore extends VectorStore {
  FilterType: string | Filter;
  /**
   * Adds documents to the index.
   *
   * @param options.ids of the documents; by default their own, or a hash of their content, so that what is there already costs nothing
   * @returns the ids
   */
  addDocuments(documents: DocumentInterface[], options?: { readonly ids?: readonly string[] }): Promise<string[]>;
  delete(options: { readonly ids: readonly string[] }): Promise<void>;
  maxMarginalRelevanceSearch(
    query: string,
    options: MaxMarginalRelevanceSearchOptions<string | Filter>,
  ): Promise<DocumentInterface[]>;
}

/** What is used of an index. */
type Stored = Pick<Index, 'add' | 'remove' | 'search'>;

/**
 * Makes an index a vector store of LangChain. The index cuts documents into chunks and embeds them by itself; each chunk that is found
 * is a document with the id of the one that it is of. Scores are cosines, unless `options` ask in another mode. `lambda` of a search
 * for variety counts, `fetchK` does not: five times as many as are wanted are looked at.
 *
 * @param options how the index is asked; by default by meaning alone (`mode: 'vector'`)
 * @throws PACKAGE_MISSING
 * @example
 * ```ts
 * const store = await langchainVectorStore(await Index.open('docs.index', { model: 'minilm' }));
 * await store.addDocuments([new Document({ id: 'a', pageContent: 'Deep learning uses neural networks' })]);
 * const found = await store.similaritySearchWithScore('neural networks', 3, 'year >= 2020');
 * ```
 */
export async function langchainVectorStore(
  index: Stored,
  options: VectorStoreOptions = {},
): Promise<LangchainVectorStore> {
  const load = () =>
    Promise.all([
      import('@langchain/core/vectorstores'),
      import('@langchain/core/embeddings'),
      import('@langchain/core/documents'),
    ]);
  const [vectorstores, { Embeddings }, { Document }] = await optionalPackage(load, '@langchain/core', 'LangChain.js');
  const documentOf = (result: SearchResult) =>
    new Document({ id: result.document, pageContent: result.text, metadata: metadataOfResult(result) });

  /** What a vector store must have; an index has its own. */
  class IndexEmbeddings extends Embeddings {
    override embedDocuments = textsAlone;
    override embedQuery = textsAlone;
  }

  class OctavecVectorStore extends vectorstores.VectorStore implements LangchainVectorStore {
    declare FilterType: string | Filter;
    override lc_namespace = ['octavec', 'langchain'];

    override _vectorstoreType() {
      return 'octavec';
    }

    override addVectors = textsAlone;
    override similaritySearchVectorWithScore = textsAlone;

    override async addDocuments(documents: DocumentInterface[], { ids }: { readonly ids?: readonly string[] } = {}) {
      const added = documents.map((document, i) => indexDocument(document, ids?.[i]));
      await index.add(added);
      return added.map(({ id }) => id);
    }

    override async delete({ ids }: { readonly ids?: readonly string[] } = {}) {
      if (ids === undefined) {
        throw new OctavecError('USAGE', { problem: 'Nothing is given to delete', hint: 'Give { ids: […] }.' });
      }
      await index.remove(ids);
    }

    override async similaritySearch(query: string, top = 4, filter?: string | Filter) {
      return (await this.#search(query, top, filter)).map(documentOf);
    }

    override async similaritySearchWithScore(query: string, top = 4, filter?: string | Filter) {
      const results = await this.#search(query, top, filter);
      return results.map((result): [DocumentInterface, number] => [documentOf(result), result.score]);
    }

    override async maxMarginalRelevanceSearch(
      query: string,
      { k, lambda = 0.5, filter }: MaxMarginalRelevanceSearchOptions<string | Filter>,
    ) {
      return (await this.#search(query, k, filter, { diversity: 1 - lambda })).map(documentOf);
    }

    #search(query: string, top: number, filter: string | Filter | undefined, more: VectorStoreOptions = {}) {
      return index.search(query, { mode: 'vector', ...options, top, ...(filter !== undefined && { filter }), ...more });
    }
  }
  return new OctavecVectorStore(new IndexEmbeddings({}), {});
}

function indexDocument({ id, pageContent: text, metadata }: DocumentInterface, given: string | undefined) {
  const hash = () =>
    createHash('sha256')
      .update(JSON.stringify([text, metadata]))
      .digest('hex')
      .slice(0, 32);
  return { id: given ?? id ?? hash(), text, metadata: metadata as IndexDocument['metadata'] };
}

async function textsAlone(): Promise<never> {
  throw new OctavecError('USAGE', {
    problem: 'An index takes texts and no vectors, because it embeds by its own model',
    hint: 'Use addDocuments, similaritySearch, similaritySearchWithScore or maxMarginalRelevanceSearch.',
  });
}
