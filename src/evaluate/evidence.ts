import type { Verdict } from './gate.js';
import type { Measurements } from './measurements.js';

/** What was measured about a candidate and what the gate says; stands beside the variant as `<name>.evidence.json`. */
export interface Evidence extends Measurements {
  /** What the gate says of the measurements. */
  readonly verdict?: Verdict;
}

/** Orders variants by their evidence: the fastest first, and of equally fast ones the smallest. */
export function bySpeedThenSize(a: Evidence, b: Evidence): number {
  return (b.run?.textsPerSecond ?? 0) - (a.run?.textsPerSecond ?? 0) || a.file.bytes - b.file.bytes;
}
