import { OctavecError } from '../base/index.js';
import type { VariantFailure } from './quantize-outcome.js';
import type { StagedCandidate } from './staged-candidate.js';

/** What has come of the methods so far. */
export interface Work {
  readonly candidates: StagedCandidate[];
  readonly failures: VariantFailure[];
}

/** Does something for one variant. A failure is noted, so that the others go on; an interrupt ends them all. */
export async function attempt(
  { failures }: Work,
  { method, path }: Pick<StagedCandidate, 'method' | 'path'>,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof OctavecError && error.code === 'CANCELLED')) {
      throw error;
    }
    failures.push({ method: method.id, path, error });
  }
}
