import { OctavecError } from '../../base/index.js';
import { Problem } from '../../http/index.js';
import type { Input } from '../embed-inputs.js';

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

/**
 * Checks the number of inputs, and that each holds something.
 *
 * @throws Problem `empty`, `invalid`
 */
export function checkBatch<One extends Input>(batch: readonly One[], most: number): readonly One[] {
  if (batch.length === 0 || batch.some(({ length }) => length === 0)) {
    throw new Problem('empty', '`inputs` cannot be empty');
  }
  checkSize(batch.length, most);
  return batch;
}

/** Restates an error of over-long inputs in TEI's own words. */
export function inTeisWords(error: unknown): unknown {
  if (error instanceof OctavecError && error.code === 'TEXT_TOO_LONG') {
    const { tokens, maxTokens } = error.details as { tokens: number; maxTokens: number };
    return new Problem('invalid', `\`inputs\` must have less than ${maxTokens} tokens. Given: ${tokens}`);
  }
  return error;
}
