/**
 * Ranking texts by a query with a cross-encoder, and telling which class texts are of.
 *
 * @module
 */
export { Classifier, type ClassifierInput, type ClassifyOptions, groupsOf } from './classifier.js';
export { type QueryTexts, tokenizePairsOnce } from './pair-tokens.js';
export type { RankOptions, RerankerOptions, ScoreOptions } from './rerank-options.js';
export { type PairScores, type RankedText, Reranker, rankedTexts } from './reranker.js';
export { type ScoreActivation, scoreActivations } from './score-activation.js';
