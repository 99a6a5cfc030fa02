import { throwIfCancelled } from '../base/index.js';
import type { Embedder } from '../embed/index.js';
import { cosine, evenlySpaced, type Matrix, mean, rowOf } from '../numbers/index.js';

/**
 * How far a text's vector depends on the texts that are embedded with it. Dynamic INT8 takes one scale for a whole
 * batch, so it does; other precisions should give 1 but for the last bits.
 */
export interface BatchEffect {
  /** Texts that were embedded once more, alone. */
  readonly texts: number;
  /** Between a text's vector alone and in its batch. */
  readonly cosine: { readonly mean: number; readonly min: number };
}

/** Texts that are embedded alone: evenly spaced among all, so that every length is among them. */
const sampled = 32;

/**
 * Embeds some of the texts alone and compares with the vectors that they got in batches.
 *
 * @param batched vectors of all texts, [texts × width]
 */
export async function measureBatchEffect(
  embedder: Pick<Embedder, 'embed'>,
  texts: readonly string[],
  batched: Matrix,
  signal?: AbortSignal,
): Promise<BatchEffect> {
  const cosines: number[] = [];
  for (const index of evenlySpaced(texts.length, sampled)) {
    throwIfCancelled(signal, 'embedding texts alone');
    const alone = await embedder.embed([texts[index]], { onError: 'skip', signal });
    cosines.push(cosine(rowOf(alone, 0), rowOf(batched, index)));
  }
  return { texts: cosines.length, cosine: { mean: mean(cosines), min: Math.min(...cosines) } };
}
