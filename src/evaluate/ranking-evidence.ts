import type { Verdict } from './gate.js';
import type { Measurements } from './measurements.js';
import type { RankingFidelity } from './ranking-fidelity.js';

/** What was measured about a candidate that scores pairs of texts, and what the gate says. Stands beside the variant, too. */
export interface RankingEvidence
  extends Pick<Measurements, 'schema' | 'tool' | 'file' | 'original' | 'recipe' | 'engine'> {
  /** What was scored. */
  readonly pairs: { readonly count: number; readonly sha256: string; readonly source: string };
  /** How close the candidate's scores and orders are to the original's. */
  readonly ranking: RankingFidelity;
  /** What the gate says of it. */
  readonly verdict?: Verdict;
}
