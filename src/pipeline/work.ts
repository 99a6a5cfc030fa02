import { OctavecError } from '../base/index.js';
import type { Candidate } from './candidate.js';
import type { VariantFailure } from './quantize-outcome.js';

/** What has come of the methods so far. */
export interface Work {
  readonly candidates: Candidate[];
  readonly failures: VariantFailure[];
}

/** Does something for one variant. A failure is noted, so that the others go on; an interrupt ends them all. */
export async function attempt(
  { failures }: Work,
  { method, path }: Pick<Candidate, 'method' | 'path'>,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof OctavecError && error.code === 'CANCELLED')) {
      throw error;
    }
    failures.push({ method, path, error });
  }
}
