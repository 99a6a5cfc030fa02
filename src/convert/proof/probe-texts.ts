import type { EncoderPlan } from '../../checkpoint/index.js';
import { randomNumbers } from '../../numbers/index.js';
import type { ProbeText } from './reference-forward.js';

/** Tokens of the short texts: one alone, and some that pad each other in a batch. */
const lengths = [1, 9, 4, 2];

/** Tokens beyond a window that a text must have, so that the window is seen. */
const beyondWindow = 12;

/**
 * Makes texts of random words to compare a converted model with its weights: short ones, and one longer than the
 * windows of the model where it has any. They are the same for the same model.
 *
 * @param withTypes let half of each text have another type, where the model tells types apart
 */
export function probeTexts(plan: EncoderPlan, withTypes = true): readonly ProbeText[] {
  const random = randomNumbers(17);
  const { padTokenId, maxTokens, words } = plan;
  const windows = plan.layers.map(({ window }) => window).filter((window) => window > 0);
  const long = windows.length === 0 ? [] : [Math.max(...windows) + beyondWindow];
  const other = () => {
    const id = Math.floor(random() * words.count);
    return id === padTokenId ? (id + 1) % words.count : id;
  };
  const texts = [...lengths, ...long].map((length) => Array.from({ length: Math.min(length, maxTokens) }, other));
  // Padding inside of a text: RoBERTa does not count it.
  if (plan.positions?.rows === 'counted' && texts[1].length > 4 && padTokenId < words.count) {
    texts[1][3] = padTokenId;
  }
  const hasTypes = withTypes && plan.types !== undefined && plan.types.count > 1;
  return texts.map((ids) => (hasTypes ? { ids, types: secondHalf(ids) } : { ids }));
}

/** Marks the second half of a text by its types, as if the text were a pair. */
function secondHalf(ids: readonly number[]): readonly number[] {
  return ids.map((_, place) => (place >= ids.length / 2 ? 1 : 0));
}
