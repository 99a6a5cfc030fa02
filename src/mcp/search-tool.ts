import type { Index } from '../search/index.js';
import { metadataFor, placeOf, shortened } from './result-parts.js';
import type { SearchInput, SearchOutput } from './schemas.js';
import { titleOf, urlOf } from './source.js';

/** Passages are much shorter unless documents were indexed whole; `fetch` gives the rest. */
const mostCharacters = 4000;

/**
 * Answers the tool `search`: finds passages that answer a question.
 *
 * @throws as {@link Index.search}
 */
export async function searchTool(
  index: Pick<Index, 'search' | 'manifest'>,
  { query, ...options }: SearchInput,
  signal?: AbortSignal,
): Promise<SearchOutput> {
  const results = await index.search(query, { ...options, signal });
  const sources = (await index.manifest())?.sources ?? [];
  return {
    results: results.map((result) => ({
      id: result.id,
      title: titleOf(result),
      url: urlOf(result, sources),
      text: shortened(result.text, mostCharacters),
      score: result.score,
      document: result.document,
      ...placeOf(result),
      metadata: metadataFor(result.metadata),
    })),
  };
}
