import { cosine, randomNumbers } from '../../numbers/index.js';
import type { TokenBatch } from '../engine.js';
import { tokenBatch } from '../token-batch.js';

/**
 * Vectors of two engines of 8 bits that are nearer to each other than this differ by rounding. Measured: 0.987 is the least of
 * sound files (a scale for a whole tensor in ONNX Runtime, of each token in the native engine), docs/decisions.md names
 * what mistakes come to.
 */
export const leastFitCosine = 0.95;

/** In tokens: less than a tile of the kernels, about one, several, and so many that a batch is mostly padding. */
const lengths = [3, 9, 17, 48];

/** Makes the fixed texts of the self-check, from all over the vocabulary. ONNX Runtime pads them to the longest. */
export function sampleBatch(vocabulary: number, maxTokens: number): TokenBatch {
  const random = randomNumbers(1);
  const token = () => Math.floor(random() * vocabulary);
  return tokenBatch(lengths.map((length) => Array.from({ length: Math.min(length, maxTokens) }, token)));
}

/** Returns the lowest cosine between the rows of two matrices [rows × width]; 0 if one holds NaN or infinity. */
export function leastCosine(a: Float32Array, b: Float32Array, width: number): number {
  let least = 1;
  for (let start = 0; start < a.length; start += width) {
    const found = cosine(a.subarray(start, start + width), b.subarray(start, start + width));
    least = Math.min(least, Number.isFinite(found) ? found : 0);
  }
  return least;
}
