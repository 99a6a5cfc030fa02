import type { TokenBatch } from './engine.js';

/** Joins the ids of texts into a batch. */
export function tokenBatch(texts: readonly ArrayLike<number>[]): TokenBatch {
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, { length }] of texts.entries()) {
    offsets[i + 1] = offsets[i] + length;
  }
  const ids = new Int32Array(offsets[texts.length]);
  for (const [i, text] of texts.entries()) {
    ids.set(text, offsets[i]);
  }
  return { ids, offsets };
}

/** Splits a batch into the ids of each text, which are views of it. */
export function textsOfBatch({ ids, offsets }: TokenBatch): Int32Array[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => ids.subarray(offsets[i], offsets[i + 1]));
}
