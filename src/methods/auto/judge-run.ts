import { type Fidelity, type Gate, type Measured, measureFidelity } from '../../evaluate/index.js';
import { cosine, type Matrix, rowOf } from '../../numbers/index.js';
import { tailMetrics, usedAllowance } from './goal.js';
import type { Run } from './mix-laboratory.js';

export interface JudgedRun {
  /** On the texts. */
  readonly fidelity: Fidelity;
  /** On the cuttings, where there are enough. */
  readonly cuttings?: Fidelity;
  /** Share of what the gate allows that is used up. */
  readonly usedAllowance: number;
}

/** Fewer cannot be compared. */
const fewestRows = 3;

/** Judges a run by a gate: all of it on the texts; what it says of the worst ones on the cuttings, too. */
export async function judgeRun(
  run: Run,
  reference: Run,
  gate: Gate,
  sizes: Pick<Measured, 'file' | 'original'>,
  signal: AbortSignal | undefined,
): Promise<JudgedRun> {
  const fidelity = await measureFidelity(reference.texts, run.texts, { signal });
  const used = usedAllowance({ ...sizes, fidelity }, gate);
  if (run.cuttings.rows < fewestRows) {
    return { fidelity, usedAllowance: used };
  }
  const cuttings = await measureFidelity(reference.cuttings, run.cuttings, { signal });
  const usedByWorst = usedAllowance({ ...sizes, fidelity: cuttings }, gate, tailMetrics);
  return { fidelity, cuttings, usedAllowance: Math.max(used, usedByWorst) };
}

/**
 * Returns the mean of 1 − cosine over texts and cuttings; 1, as for vectors that have nothing in common, where one is no
 * number.
 */
export function distanceOf(run: Run, reference: Run): number {
  const sum = sumOfDistances(run.texts, reference.texts) + sumOfDistances(run.cuttings, reference.cuttings);
  const distance = sum / (reference.texts.rows + reference.cuttings.rows);
  return Number.isFinite(distance) ? Math.max(0, distance) : 1;
}

function sumOfDistances(vectors: Matrix, reference: Matrix): number {
  let sum = 0;
  for (let row = 0; row < reference.rows; row++) {
    sum += 1 - cosine(rowOf(vectors, row), rowOf(reference, row));
  }
  return sum;
}
