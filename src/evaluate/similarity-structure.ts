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
  const pairs = new PairStatistics(count, neighbours);
  const units = { original: unitRows(chosenRows(original, rows)), candidate: unitRows(chosenRows(candidate, rows)) };
  const before = new Float64Array(tileRows * tileRows);
  const after = new Float64Array(tileRows * tileRows);
  const report = (done: number) =>
    options.onProgress?.({ stage: 'Comparing similarities', done, total: count, unit: 'texts' });
  const breathe = breather();
  for (let top = 0; top < count; top += tileRows) {
    report(top);
    for (let left = top; left < count; left += tileRows) {
      throwIfCancelled(options.signal, 'comparing similarities');
      await breathe();
      similarityTile(units.original, top, units.original, left, before);
      similarityTile(units.candidate, top, units.candidate, left, after);
      pairs.addTile(before, after, top, left);
    }
  }
  report(count);
  return { rows, ...pairs.summary() };
}

/** What is counted of the cosines of all pairs, while they come in tiles. */
class PairStatistics {
  readonly #count: number;
  readonly #pairs: number;
  /** Every how many pairs one is ranked. */
  readonly #stride: number;
  readonly #ranked: { readonly original: Float64Array; readonly candidate: Float64Array };
  readonly #lists: { readonly original: NearestLists; readonly candidate: NearestLists };
  #errors = 0;
  #differences = 0;
  #seen = 0;

  constructor(count: number, neighbours: number) {
    this.#count = count;
    this.#pairs = (count * (count - 1)) / 2;
    // Odd, for pairs come in tiles of 32 columns: every second or fourth would always be of the same texts.
    this.#stride = Math.ceil(this.#pairs / rankedPairLimit) | 1;
    const ranked = Math.ceil(this.#pairs / this.#stride);
    this.#ranked = { original: new Float64Array(ranked), candidate: new Float64Array(ranked) };
    this.#lists = { original: emptyNearestLists(count, neighbours), candidate: emptyNearestLists(count, neighbours) };
  }

  /**
   * Adds the pairs of a tile that lie above the diagonal.
   *
   * @param before [tileRows × tileRows] cosines of the original
   * @param after [tileRows × tileRows] cosines of the candidate
   */
  addTile(before: Float64Array, after: Float64Array, top: number, left: number): void {
    for (let i = top; i < Math.min(top + tileRows, this.#count); i++) {
      for (let j = Math.max(left, i + 1); j < Math.min(left + tileRows, this.#count); j++) {
        const at = (i - top) * tileRows + j - left;
        this.#add(i, j, before[at], after[at]);
      }
    }
  }

  #add(i: number, j: number, original: number, candidate: number): void {
    this.#errors += Math.abs(candidate - original);
    this.#differences += candidate - original;
    offer(this.#lists.original, i, j, original);
    offer(this.#lists.original, j, i, original);
    offer(this.#lists.candidate, i, j, candidate);
    offer(this.#lists.candidate, j, i, candidate);
    if (this.#seen % this.#stride === 0) {
      this.#ranked.original[this.#seen / this.#stride] = original;
      this.#ranked.candidate[this.#seen / this.#stride] = candidate;
    }
    this.#seen++;
  }

  summary(): Omit<SimilarityStructure, 'rows'> {
    return {
      pairs: this.#pairs,
      meanAbsoluteError: this.#errors / this.#pairs,
      bias: this.#differences / this.#pairs,
      spearman: spearman(this.#ranked.original, this.#ranked.candidate),
      rankedPairs: this.#ranked.original.length,
      ...this.#lists,
      rankedSimilarities: this.#ranked,
    };
  }
}
