import { normalizeInPlace } from '../numbers/index.js';
import type { TokenizedTexts } from './text-tokenizer.js';

/**
 * Turns vectors of rows into vectors of texts. Those of a text's windows are averaged, weighted by their tokens, and
 * scaled to length 1 again if the model does so. A text of one row keeps its vector as it is.
 *
 * @param rows [rows × width]
 * @returns [texts × width]
 */
export function averageWindows(
  rows: Float32Array,
  { rowOffsets, offsets }: Pick<TokenizedTexts, 'rowOffsets' | 'offsets'>,
  width: number,
  normalize: boolean,
): Float32Array {
  const texts = rowOffsets.length - 1;
  if (rowOffsets[texts] === texts) {
    return rows;
  }
  const vectors = new Float32Array(texts * width);
  for (let text = 0; text < texts; text++) {
    const vector = vectors.subarray(text * width, (text + 1) * width);
    const [first, end] = [rowOffsets[text], rowOffsets[text + 1]];
    const tokens = offsets[end] - offsets[first];
    for (let row = first; row < end; row++) {
      const weight = (offsets[row + 1] - offsets[row]) / tokens;
      for (let i = 0; i < width; i++) {
        vector[i] += weight * rows[row * width + i];
      }
    }
    if (normalize && end - first > 1) {
      normalizeInPlace(vector);
    }
  }
  return vectors;
}
