import { textOfChunk } from '../documents/index.js';
import { type IndexManifest, parseFilter, type Store, type StoredChunk, wordsOf } from '../store/index.js';
import { diversify } from './diversify.js';
import { type FusedHit, fuse } from './fuse.js';
import type { SearchOptions } from './index-options.js';
import type { Explanation, SearchResult } from './search-result.js';

/** Places of each list that are put together, at least: what is good in one may stand far down in the other. */
const leastDepth = 100;
/** So many results a cross-encoder reads: more take long, and few of them belong to the best. */
const reranked = 50;
/** Candidates that diversity chooses among, for each result. */
const candidatesPerResult = 5;

/**
 * Answers a question from a store.
 *
 * @param embedQuery the question's vector, at length 1; called only where it is needed
 */
export async function runSearch(
  store: Store,
  { vectors }: IndexManifest,
  query: string,
  embedQuery: () => Promise<Float32Array>,
  options: SearchOptions,
): Promise<SearchResult[]> {
  const { top = 10, mode = 'hybrid', diversity = 0, explain = false } = options;
  const filter = typeof options.filter === 'string' ? parseFilter(options.filter) : options.filter;
  const rescore = options.rescore ?? store.kinds[vectors] ?? 'exact';
  const wanted = options.rerank === undefined ? top : Math.max(top, reranked);
  const candidates = diversity > 0 ? wanted * candidatesPerResult : wanted;
  const depth = mode === 'hybrid' ? Math.max(leastDepth, candidates) : candidates;
  const [nearest, matching] = await Promise.all([
    mode === 'text' ? undefined : embedQuery().then((vector) => store.nearest({ vector, top: depth, filter, rescore })),
    mode === 'vector' ? undefined : store.matching({ text: query, top: depth, filter }),
  ]);
  const fused = fuse(nearest, matching).slice(0, candidates);
  const chosen = diversity > 0 ? await varied(store, fused, diversity, wanted) : [...fused.keys()];
  const hits = chosen.map((i) => fused[i]);
  const chunks = await store.chunks(hits.map(({ ref }) => ref));
  const words = explain ? new Set(wordsOf(query)) : undefined;
  const results = chunks.flatMap((chunk, i): SearchResult[] => {
    if (chunk === undefined) {
      return [];
    }
    const explanation = words && explanationOf(chunk, hits[i], chosen[i] + 1, words);
    return [{ ...chunk, score: hits[i].score, ...(explanation && { explanation }) }];
  });
  return options.rerank === undefined ? results : inOrderOf(options.rerank, query, results, options);
}

/** Puts the results into the order of a cross-encoder. */
async function inOrderOf(
  reranker: NonNullable<SearchOptions['rerank']>,
  query: string,
  results: readonly SearchResult[],
  { top = 10, signal }: SearchOptions,
): Promise<SearchResult[]> {
  if (results.length === 0) {
    return [];
  }
  const { scores } = await reranker.score(query, results.map(textOfChunk), { signal });
  const scored = results.map((result, i) => ({ ...result, score: scores[i] }));
  return scored.sort((a, b) => b.score - a.score).slice(0, top);
}

async function varied(store: Store, fused: readonly FusedHit[], diversity: number, top: number): Promise<number[]> {
  const vectors = await store.vectors(fused.map(({ ref }) => ref));
  const scores = fused.map(({ score }) => score);
  return diversify(scores, vectors, diversity, top);
}

function explanationOf(chunk: StoredChunk, hit: FusedHit, rank: number, words: ReadonlySet<string>): Explanation {
  const { vector, text } = hit;
  return {
    rank,
    ...(vector && { vector: { rank: vector.rank, cosine: vector.score } }),
    ...(text && {
      text: {
        rank: text.rank,
        bm25: text.score,
        words: [...new Set(wordsOf(textOfChunk(chunk)))].filter((word) => words.has(word)),
      },
    }),
  };
}
