import { OctavecError } from '../base/index.js';
import type { OnTextError } from './embed-options.js';
import type { TextFailure } from './vectors.js';

/**
 * The longest text, in UTF-16 units. Tokenizing takes a second or two for a million of them and a hundred bytes for each
 * token; what is longer than a thick book is a mistake rather than a text.
 */
export const mostCharacters = 4 * 2 ** 20;

/** Texts that can be tokenized. */
export interface CheckedTexts {
  /** As they were given; empty ones stand for those that failed. */
  readonly texts: readonly string[];
  readonly failures: readonly TextFailure[];
}

/**
 * Looks at texts before anything is done with them.
 *
 * @param onError whether the first that is none is thrown, or all are collected
 * @throws USAGE, TEXT_INVALID
 */
export function checkTexts(texts: readonly string[], onError: OnTextError = 'fail'): CheckedTexts {
  if (!Array.isArray(texts)) {
    throw new OctavecError('USAGE', {
      problem: `The texts are ${typeof texts}, and must be an array of strings`,
      hint: typeof texts === 'string' ? 'Put a single text into an array.' : undefined,
    });
  }
  const failures: TextFailure[] = [];
  // By index: forEach passes over the holes of a sparse array.
  for (let index = 0; index < texts.length; index++) {
    const why = whyNoText(texts[index]);
    if (why !== undefined) {
      failures.push({ index, error: new OctavecError('TEXT_INVALID', { index, why }) });
      if (onError === 'fail') {
        throw failures[0].error;
      }
    }
  }
  return failures.length === 0
    ? { texts, failures }
    : { texts: Array.from(texts, (text) => (whyNoText(text) === undefined ? text : '')), failures };
}

/** Says in one clause why a value cannot be tokenized as a text; undefined if it can. */
export function whyNoText(text: unknown): string | undefined {
  if (typeof text !== 'string') {
    return `it is ${text === null ? 'null' : typeof text}, not a string`;
  }
  return text.length > mostCharacters
    ? `it has ${text.length} characters, and ${mostCharacters} are allowed`
    : undefined;
}
