/**
 * Ranking texts by a query with a cross-encoder.
 *
 * @module
 */
export { type QueryTexts, tokenizePairsOnce } from './pair-tokens.js';
export type { RankOptions, RerankerOptions, ScoreOptions } from './rerank-options.js';
export { type PairScores, type RankedText, Reranker, rankedTexts } from './reranker.js';
export { type ScoreActivation, scoreActivations } from './score-activation.js';
