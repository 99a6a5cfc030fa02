import { breather, type TaskOptions, throwIfCancelled } from '../base/index.js';
import {
  chosenRows,
  emptyNearestLists,
  evenlySpaced,
  type Matrix,
  type NearestLists,
  offer,
  similarityTile,
  spearman,
  tileRows,
  unitRows,
} from '../numbers/index.js';

/** Up to so many texts are compared each with each; of more, evenly spaced ones are taken. */
export const similarityTextLimit = 4000;
/** Up to so many pairs go into the rank correlation; of more, evenly spaced ones are taken. */
export const rankedPairLimit = 500_000;

/** What becomes of the similarities between texts when the candidate takes the original's place. */
export interface SimilarityStructure {
  /** Rows of the matrices that were compared with each other. */
  readonly rows: Uint32Array;
  /** All pairs of these rows. */
  readonly pairs: number;
  /** Mean of |candidate's cosine − original's cosine| over all pairs. */
  readonly meanAbsoluteError: number;
  /** Mean of candidate's cosine − original's cosine over all pairs. */
  readonly bias: number;
  /** Spearman's rank correlation of the similarities of `rankedPairs` pairs. */
  readonly spearman: number;
  readonly rankedPairs: number;
  /** Nearest other texts, as places in `rows`. */
  readonly original: NearestLists;
  readonly candidate: NearestLists;
  /** The ranked pairs' cosines, of the original and of the candidate. */
  readonly rankedSimilarities: { readonly original: Float64Array; readonly candidate: Float64Array };
}

/**
 * Compares all similarities between texts under two models: [texts × width] each, row i of both from the same text.
 *
 * @throws CANCELLED
 */
export async function similarityStructure(
  original: Matrix,
  candidate: Matrix,
  neighbours: number,
  options: TaskOptions = {},
): Promise<SimilarityStructure> {
  const rows = Uint32Array.from(evenlySpaced(original.rows, similarityTextLimit));
  const count = rows.length;
  const pairs = (count * (count - 1)) / 2;
  // Odd, for pairs come in tiles of 32 columns: every second or fourth would always be of the same texts.
  const stride = Math.ceil(pairs / rankedPairLimit) | 1;
  const rankedPairs = Math.ceil(pairs / stride);
  const ranked = { original: new Float64Array(rankedPairs), candidate: new Float64Array(rankedPairs) };
  const lists = {
    original: emptyNearestLists(count, neighbours),
    candidate: emptyNearestLists(count, neighbours),
  };
  let errors = 0;
  let differences = 0;
  let pair = 0;

  const units = { original: unitRows(chosenRows(original, rows)), candidate: unitRows(chosenRows(candidate, rows)) };
  const before = new Float64Array(tileRows * tileRows);
  const after = new Float64Array(tileRows * tileRows);
  const breathe = breather();
  for (let top = 0; top < count; top += tileRows) {
    options.onProgress?.({ stage: 'Comparing similarities', done: top, total: count, unit: 'texts' });
    for (let left = top; left < count; left += tileRows) {
      throwIfCancelled(options.signal, 'comparing similarities');
      await breathe();
      similarityTile(units.original, top, units.original, left, before);
      similarityTile(units.candidate, top, units.candidate, left, after);
      for (let i = top; i < Math.min(top + tileRows, count); i++) {
        for (let j = Math.max(left, i + 1); j < Math.min(left + tileRows, count); j++) {
          const at = (i - top) * tileRows + j - left;
          const a = before[at];
          const b = after[at];
          errors += Math.abs(b - a);
          differences += b - a;
          offer(lists.original, i, j, a);
          offer(lists.original, j, i, a);
          offer(lists.candidate, i, j, b);
          offer(lists.candidate, j, i, b);
          if (pair % stride === 0) {
            ranked.original[pair / stride] = a;
            ranked.candidate[pair / stride] = b;
          }
          pair++;
        }
      }
    }
  }
  options.onProgress?.({ stage: 'Comparing similarities', done: count, total: count, unit: 'texts' });
  return {
    rows,
    pairs,
    meanAbsoluteError: errors / pairs,
    bias: differences / pairs,
    spearman: spearman(ranked.original, ranked.candidate),
    rankedPairs,
    original: lists.original,
    candidate: lists.candidate,
    rankedSimilarities: ranked,
  };
}
