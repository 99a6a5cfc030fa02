import { dot, type Matrix, rowOf } from '../numbers/index.js';

/**
 * Chooses by maximal marginal relevance (Carbonell and Goldstein 1998): what is relevant and unlike what was chosen before.
 *
 * @param scores [candidates] relevance in falling order
 * @param vectors [candidates × dimensions] of length 1
 * @param diversity from 0, relevance alone, to 1
 * @returns numbers of the candidates chosen, in the order of choice
 */
export function diversify(scores: readonly number[], vectors: Matrix, diversity: number, top: number): number[] {
  const [best, least] = [scores[0], scores[scores.length - 1]];
  const relevance = scores.map((score) => (best === least ? 1 : (score - least) / (best - least)));
  const likeness = new Float64Array(scores.length);
  const left = new Set(scores.keys());
  const chosen: number[] = [];
  while (chosen.length < top && left.size > 0) {
    let next = -1;
    let value = Number.NEGATIVE_INFINITY;
    for (const i of left) {
      const marginal = (1 - diversity) * relevance[i] - diversity * likeness[i];
      if (marginal > value) {
        value = marginal;
        next = i;
      }
    }
    left.delete(next);
    chosen.push(next);
    for (const i of left) {
      likeness[i] = Math.max(likeness[i], dot(rowOf(vectors, i), rowOf(vectors, next)));
    }
  }
  return chosen;
}
