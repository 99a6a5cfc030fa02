import { OctavecError } from '../base/index.js';
import type { Head, HeadSource } from './head.js';
import type { ModelOverrides } from './model-files.js';

/** Returns the head that a folder names, with what the caller overrides. */
export function overriddenHead(
  head: Head,
  source: HeadSource,
  { pooling, normalize = head.normalize }: ModelOverrides,
): { readonly head: Head; readonly headSource: HeadSource } {
  if (pooling === undefined) {
    return { head: { ...head, normalize }, headSource: source };
  }
  return { head: { ...head, pooling: [pooling], normalize }, headSource: { kind: 'option', name: 'as asked for' } };
}

/**
 * Returns the maximum length with an override.
 *
 * @throws USAGE if the model has positions for fewer tokens than are asked for
 */
export function overriddenLimit(limit: number, positions: number | undefined, asked: number | undefined): number {
  if (asked !== undefined && positions !== undefined && asked > positions) {
    throw new OctavecError('USAGE', {
      problem: `${asked} tokens are asked for, and the model has positions for ${positions}`,
      hint: `Take ${positions} at most.`,
    });
  }
  return asked ?? limit;
}
