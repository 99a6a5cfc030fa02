import { OctavecError } from '../base/index.js';

/**
 * The longest text, in UTF-16 units. Tokenizing takes a second or two for a million of them and a hundred bytes for each
 * token; what is longer than a thick book is a mistake rather than a text.
 */
export const mostCharacters = 4 * 2 ** 20;

/** @throws USAGE, TEXT_INVALID */
export function checkTexts(texts: readonly string[]): void {
  if (!Array.isArray(texts)) {
    throw new OctavecError('USAGE', {
      problem: `The texts are ${typeof texts}, and must be an array of strings`,
      hint: typeof texts === 'string' ? 'Put a single text into an array.' : undefined,
    });
  }
  texts.forEach((text: unknown, index) => {
    if (typeof text !== 'string') {
      throw new OctavecError('TEXT_INVALID', { index, why: `it is ${typeof text}, not a string` });
    }
    if (text.length > mostCharacters) {
      const why = `it has ${text.length} characters, and ${mostCharacters} are allowed`;
      throw new OctavecError('TEXT_INVALID', { index, why });
    }
  });
}
