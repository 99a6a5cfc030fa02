import type { TaskOptions } from '../base/index.js';
import { type Matrix, nonFiniteRows, rowOf, topKOverlap } from '../numbers/index.js';
import { similarityStructure } from './similarity-structure.js';

/**
 * How alike two models order texts, whose vectors need not have anything in common: neither their length nor their
 * directions. Figures of similarities are NaN where a vector is not finite.
 */
export interface Likeness {
  /** Texts that were embedded with both. */
  readonly texts: number;
  /** Spearman's rank correlation of the similarities of pairs of texts. */
  readonly spearman: number;
  /** How many nearest other texts were looked at. */
  readonly k: number;
  /** Share of them that are the same under both. */
  readonly topKOverlap: number;
  /** Vectors with NaN or infinity. */
  readonly nonFinite: { readonly original: number; readonly candidate: number };
  /** Vectors without length. */
  readonly zero: { readonly original: number; readonly candidate: number };
}

const usualNeighbours = 10;

/**
 * Measures how alike two models order texts: [texts × width] each, row i of both from the same text, each with a width
 * of its own.
 *
 * @throws CANCELLED
 */
export async function measureLikeness(
  original: Matrix,
  candidate: Matrix,
  options: TaskOptions = {},
): Promise<Likeness> {
  const k = Math.max(1, Math.min(usualNeighbours, original.rows - 1));
  const structure = await similarityStructure(original, candidate, k, options);
  return {
    texts: original.rows,
    spearman: structure.spearman,
    k,
    topKOverlap: topKOverlap(structure.original, structure.candidate),
    nonFinite: { original: nonFiniteRows(original).length, candidate: nonFiniteRows(candidate).length },
    zero: { original: zeroRows(original), candidate: zeroRows(candidate) },
  };
}

function zeroRows(matrix: Matrix): number {
  let rows = 0;
  for (let row = 0; row < matrix.rows; row++) {
    rows += rowOf(matrix, row).every((value) => value === 0) ? 1 : 0;
  }
  return rows;
}
