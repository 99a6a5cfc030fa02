import type { TokenBatch } from '../../engine/index.js';
import { textsOfBatch, tokenBatch } from '../../engine/index.js';

/** Tokens of a cutting, special tokens aside: in turn, text by text. */
const lengths = [4, 5, 6, 3];

/**
 * Returns short pieces cut out of texts, one of each, where their commonest tokens stand together ("but it is not").
 * Rounding shows most in texts that say little, and of other kinds than those at hand there are always some: what
 * holds on these pieces holds on texts that nobody measured, where the texts alone promise too much.
 *
 * Made of token ids, for any language. What all texts begin and end with (special tokens, a prompt) stays around each.
 */
export function cuttingsOf(tokens: TokenBatch): TokenBatch {
  const rows = textsOfBatch(tokens);
  const before = commonLength(rows, (row, i) => row[i]);
  const behind = commonLength(
    rows.map((row) => row.subarray(before)),
    (row, i) => row[row.length - 1 - i],
  );
  const frequencies = new Map<number, number>();
  for (const row of rows) {
    for (const id of row.subarray(before, row.length - behind)) {
      frequencies.set(id, (frequencies.get(id) ?? 0) + 1);
    }
  }
  const cuttings = new Map<string, Int32Array>();
  for (const [i, row] of rows.entries()) {
    const inside = row.subarray(before, row.length - behind);
    const length = lengths[i % lengths.length];
    if (inside.length > length) {
      const start = commonestRun(inside, length, frequencies);
      const cutting = Int32Array.of(
        ...row.subarray(0, before),
        ...inside.subarray(start, start + length),
        ...row.subarray(row.length - behind),
      );
      cuttings.set(cutting.join(), cutting);
    }
  }
  return tokenBatch([...cuttings.values()]);
}

/** Finds where the run of the most frequent tokens begins, by the product of their frequencies. */
function commonestRun(ids: Int32Array, length: number, frequencies: ReadonlyMap<number, number>): number {
  const weights = Array.from(ids, (id) => Math.log(frequencies.get(id) ?? 1));
  let sum = weights.slice(0, length).reduce((total, weight) => total + weight, 0);
  let [best, start] = [sum, 0];
  for (let i = length; i < weights.length; i++) {
    sum += weights[i] - weights[i - length];
    if (sum > best) {
      [best, start] = [sum, i - length + 1];
    }
  }
  return start;
}

/** Counts the ids that all rows have in common, from one end on. */
function commonLength(rows: readonly Int32Array[], at: (row: Int32Array, i: number) => number): number {
  const [first] = rows;
  const shortest = rows.reduce((least, { length }) => Math.min(least, length), first?.length ?? 0);
  let length = 0;
  while (length < shortest && rows.every((row) => at(row, length) === at(first, length))) {
    length++;
  }
  return length;
}
