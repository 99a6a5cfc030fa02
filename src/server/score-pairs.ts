import type { Load } from '../http/index.js';
import type { RankOptions } from '../rerank/index.js';
import { charactersOf, checkTextsOf, type EmbeddingService, type Taken } from './embed-inputs.js';
import type { ServedModel } from './served-model.js';

export interface ScorePairs extends Pick<RankOptions, 'activation' | 'overLong' | 'truncationSide' | 'signal'> {
  readonly query: string;
  readonly texts: readonly string[];
}

export interface ScoredPairs extends Taken {
  /** [texts] the higher, the better a text answers the query. */
  readonly scores: Float32Array;
}

/** Estimates the load of pairs before they are tokenized. */
export function loadOfPairs({ files }: ServedModel, { query, texts }: Pick<ScorePairs, 'query' | 'texts'>): Load {
  const maxTokens = files?.maxTokens ?? 512;
  const tokensOf = (text: string) => Math.min(maxTokens, query.length + text.length + 3);
  return { texts: texts.length, tokens: texts.reduce((sum, text) => sum + tokensOf(text), 0), bytes: 4 * texts.length };
}

/**
 * Scores the texts of a request by its query.
 *
 * @throws Problem `unsupported` for a model that gives vectors, and as {@link Reranker.score}
 */
export async function scorePairs(
  { shelf }: Pick<EmbeddingService, 'shelf'>,
  model: ServedModel,
  { query, texts, activation, overLong, truncationSide, signal }: ScorePairs,
): Promise<ScoredPairs> {
  const all = [query, ...texts];
  checkTextsOf(all);
  const arrival = performance.now();
  return shelf.useReranker(model, async (reranker) => {
    const start = performance.now();
    const options = { activation, overLong, truncationSide, signal };
    const { scores, tokenCounts, truncated } = await reranker.score(query, texts, options);
    return {
      scores,
      tokens: tokenCounts.reduce((sum, count) => sum + Math.min(count, reranker.maxTokens), 0),
      characters: all.reduce((sum, text) => sum + charactersOf(text), 0),
      truncated,
      queueMs: start - arrival,
      tokenizeMs: 0,
      inferenceMs: performance.now() - start,
    };
  });
}
