import { findWord, type WordIndex } from './word-index.js';

/** As in Lucene: how soon more of a word counts no more, and how much long chunks are held against. */
export const saturation = 1.2;
export const lengthWeight = 0.75;

/** What scores depend on besides the chunk itself: figures of all indexes that are asked together. */
export interface WordStatistics {
  readonly chunks: number;
  /** Words of a chunk, on average. */
  readonly averageLength: number;
  /** Chunks that hold a word. */
  readonly frequencies: ReadonlyMap<string, number>;
}

/** Counts, over several indexes, chunks, their words, and the chunks that hold each word. */
export function wordStatistics(indexes: readonly WordIndex[], words: readonly string[]): WordStatistics {
  let chunks = 0;
  let length = 0;
  const frequencies = new Map<string, number>();
  for (const index of indexes) {
    chunks += index.lengths.length;
    length += totalLength(index);
    for (const word of words) {
      const place = findWord(index, word);
      const held = place < 0 ? 0 : index.starts[place + 1] - index.starts[place];
      frequencies.set(word, (frequencies.get(word) ?? 0) + held);
    }
  }
  return { chunks, averageLength: chunks === 0 ? 0 : length / chunks, frequencies };
}

const totals = new WeakMap<WordIndex, number>();

function totalLength(index: WordIndex): number {
  const known = totals.get(index) ?? index.lengths.reduce((sum, length) => sum + length, 0);
  totals.set(index, known);
  return known;
}

/** Returns what a word adds to the score of a chunk of average length that holds it once; never below 0. */
export function inverseFrequency({ chunks, frequencies }: WordStatistics, word: string): number {
  const held = frequencies.get(word) ?? 0;
  return Math.log(1 + (chunks - held + 0.5) / (held + 0.5));
}

/**
 * Adds to `scores` the BM25 of every chunk of an index for some words (Robertson and Zaragoza 2009).
 *
 * @param scores [chunks], 0 where no word is held
 */
export function addScores(
  index: WordIndex,
  words: readonly string[],
  statistics: WordStatistics,
  scores: Float32Array,
): void {
  const { starts, rows, counts, lengths } = index;
  const { averageLength } = statistics;
  for (const word of words) {
    const place = findWord(index, word);
    if (place < 0) {
      continue;
    }
    const weight = inverseFrequency(statistics, word) * (saturation + 1);
    for (let i = starts[place]; i < starts[place + 1]; i++) {
      const row = rows[i];
      const count = counts[i];
      const norm = saturation * (1 - lengthWeight + (lengthWeight * lengths[row]) / averageLength);
      scores[row] += (weight * count) / (count + norm);
    }
  }
}
