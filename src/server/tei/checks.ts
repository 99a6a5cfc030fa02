import { OctavecError } from '../../base/index.js';
import { Problem } from '../../http/index.js';

/**
 * Checks the number of inputs.
 *
 * @throws Problem `invalid` for more inputs than a request may have
 */
export function checkSize(size: number, most: number): void {
  if (size > most) {
    throw new Problem('invalid', `batch size ${size} > maximum allowed batch size ${most}`);
  }
}

/** Restates an error of over-long inputs in TEI's own words. */
export function inTeisWords(error: unknown): unknown {
  if (error instanceof OctavecError && error.code === 'TEXT_TOO_LONG') {
    const { tokens, maxTokens } = error.details as { tokens: number; maxTokens: number };
    return new Problem('invalid', `\`inputs\` must have less than ${maxTokens} tokens. Given: ${tokens}`);
  }
  return error;
}
