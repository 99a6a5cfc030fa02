import { randomNumbers } from '../../numbers/index.js';
import type { EncoderPlan } from '../encoder-plan.js';

/** Tokens of the short texts: one alone, and some that pad each other in a batch. */
const lengths = [1, 9, 4, 2];

/** Tokens beyond a window that a text must have, so that the window is seen. */
const beyondWindow = 12;

/**
 * Texts of random words to hold a converted model against its weights: short ones, and one longer than the windows of the
 * model where it has any. The same for the same model.
 */
export function probeTexts(plan: EncoderPlan): readonly (readonly number[])[] {
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
  return texts;
}
