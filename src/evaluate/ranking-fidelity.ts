import { OctavecError } from '../base/index.js';
import {
  emptyNearestLists,
  mean,
  type NearestLists,
  offer,
  sigmoid,
  spearman,
  topKOverlap,
  topOneAgreement,
} from '../numbers/index.js';

/** How faithfully a candidate gives a reranker's scores back. */
export interface RankingFidelity {
  readonly queries: number;
  readonly pairs: number;
  /** Spearman's rank correlation between the scores of a query's texts under both: over the queries. */
  readonly spearman: { readonly mean: number; readonly min: number };
  /** Share of queries whose best text is the same. */
  readonly topOneAgreement: number;
  /** Share of a query's k best texts that are the same. */
  readonly topKOverlap: number;
  readonly k: number;
  /** Between scores from 0 to 1, that is, behind a sigmoid. */
  readonly scoreError: { readonly mean: number; readonly max: number };
  /** Scores of the candidate that are NaN or infinite. */
  readonly nonFinite: number;
}

const mostBest = 5;

/**
 * Compares what two rerankers make of the same pairs.
 *
 * @param original for each query [texts] numbers of the model, before any activation
 * @param candidate the same pairs
 * @throws NOT_COMPARABLE if there are fewer than two texts for a query, or the original gives all the same score
 */
export function measureRanking(original: readonly Float32Array[], candidate: readonly Float32Array[]): RankingFidelity {
  const k = lowest([mostBest, ...original.map(({ length }) => length - 1)]);
  if (!(k >= 1) || original.some((scores) => scores.every((score) => score === scores[0]))) {
    throw new OctavecError('NOT_COMPARABLE', {
      why: 'the original gives the same score to all texts of a query, or there is only one',
      hint: 'Give queries with several different texts each.',
    });
  }
  const correlations = original.map((scores, query) => spearman(scores, candidate[query]));
  const errors = original.flatMap((scores, query) =>
    Array.from(scores, (score, text) => Math.abs(sigmoid(score) - sigmoid(candidate[query][text]))),
  );
  const [best, other] = [bestOf(original, 1), bestOf(candidate, 1)];
  return {
    queries: original.length,
    pairs: errors.length,
    spearman: { mean: mean(correlations), min: lowest(correlations) },
    topOneAgreement: topOneAgreement(best, other),
    topKOverlap: topKOverlap(bestOf(original, k), bestOf(candidate, k)),
    k,
    scoreError: { mean: mean(errors), max: -lowest(errors.map((error) => -error)) },
    nonFinite: candidate.reduce((sum, scores) => sum + scores.filter((score) => !Number.isFinite(score)).length, 0),
  };
}

function bestOf(scores: readonly Float32Array[], k: number): NearestLists {
  const lists = emptyNearestLists(scores.length, k);
  scores.forEach((row, query) => {
    row.forEach((score, text) => {
      offer(lists, query, text, score);
    });
  });
  return lists;
}

/** Returns the lowest value; NaN if one of them is NaN. */
function lowest(values: readonly number[]): number {
  // One by one: a call takes no more than some 120,000 arguments.
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}
