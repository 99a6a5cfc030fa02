import { OctavecError } from './errors.js';

/** Throws CANCELLED if the signal was aborted. Long loops call it once a round. */
export function throwIfCancelled(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) {
    throw new OctavecError('CANCELLED', { what }, signal.reason);
  }
}
