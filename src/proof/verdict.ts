import { chooseGate, type Evidence, type Gate, type GateChoice, judge, type Measurements } from '../evaluate/index.js';
import type { Candidate } from './candidate.js';

/**
 * The gate that a candidate is held against: the chosen one, else that of its precision, which is INT8 for whatever the
 * native engine was asked to run; what it runs by itself keeps what the file promises. The original's own file, run by another engine, cannot be smaller, and need not be.
 */
export function fileGate(
  { usualGate }: Pick<Candidate, 'usualGate'>,
  { file, original, engine, alsoOn }: Measurements,
  choice: GateChoice,
): Gate {
  const isBetterThanInt8 = usualGate === 'fp16' || usualGate === 'q8';
  const isAskedFor = engine.name === 'native' && alsoOn === undefined;
  const gate = chooseGate(isAskedFor && isBetterThanInt8 ? 'int8' : usualGate, choice);
  if (file.sha256 !== original.sha256 || choice.limits?.sizeReduction !== undefined) {
    return gate;
  }
  const { sizeReduction: _, ...limits } = gate.limits;
  return { ...gate, limits };
}

/** The evidence with a verdict. */
export function judged(measured: Measurements, gate: Gate): Evidence {
  return { ...measured, verdict: judge(measured, gate) };
}
