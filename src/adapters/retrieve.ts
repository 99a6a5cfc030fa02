import type { Embedder } from '../embed/index.js';
import type { Index, SearchOptions, SearchResult } from '../search/index.js';
import { promptFor } from '../tasks/index.js';

/** How an index is asked; {@link SearchOptions} without a signal, which comes with each question. */
export type RetrieverOptions = Omit<SearchOptions, 'signal'>;

/** What libraries of chains call the index for. */
export type Searched = Pick<Index, 'search'>;

/** Embeds texts as questions or as documents, with the prompt that the model has for them. */
export async function embedAs(
  embedder: Embedder,
  role: 'query' | 'document',
  texts: readonly string[],
): Promise<number[][]> {
  if (texts.length === 0) {
    return [];
  }
  const promptName = promptFor(embedder.model.prompts, '', 'retrieval', role);
  const { data, rows, columns: width } = await embedder.embed(texts, { promptName });
  return Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * width, (i + 1) * width)));
}

/**
 * Returns what other libraries keep of a result as metadata: the document's own metadata, and where the text stands.
 */
export function metadataOfResult({ metadata, document, score, headings, lines, page }: SearchResult) {
  return {
    ...{ ...metadata, document, score },
    ...{ ...(headings && { headings }), ...(lines && { lines }), ...(page !== undefined && { page }) },
  };
}
