import type { Verdict } from './gate.js';
import type { Measurements } from './measurements.js';

/** What was measured about a candidate and what the gate says; stands beside the variant as `<name>.evidence.json`. */
export interface Evidence extends Measurements {
  /** What the gate says of the measurements. */
  readonly verdict?: Verdict;
}
