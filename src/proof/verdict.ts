import {
  chooseGate,
  type Evidence,
  type Gate,
  type GateChoice,
  type GateMetricName,
  judge,
  type Limits,
  type Measurements,
} from '../evaluate/index.js';
import type { Candidate } from './candidate.js';

/**
 * Returns the gate that judges a candidate: the chosen one, else that of its precision. That is INT8 for whatever the
 * native engine was asked to run; what it runs by itself keeps what the file promises. The original's own file, run by
 * another engine, cannot be smaller, and need not be.
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

/** Returns the evidence with a verdict. */
export function judged(measured: Measurements, gate: Gate): Evidence {
  return { ...measured, verdict: judge(measured, gate) };
}

/**
 * Returns the gate of a model of another kind: what the chosen one, or "static", can say without comparing vectors.
 * Encoders are judged by a chosen one only.
 */
export function alternativeGate(kind: 'static' | 'encoder', choice: GateChoice): Gate | undefined {
  if (kind === 'encoder' && choice.gate === undefined && choice.limits === undefined) {
    return undefined;
  }
  const gate = chooseGate('static', choice);
  const comparable = (limits: Limits) =>
    Object.fromEntries(Object.entries(limits).filter(([metric]) => !ofVectors.has(metric as GateMetricName)));
  return { ...gate, limits: comparable(gate.limits), limitsWhereMeasured: comparable(gate.limitsWhereMeasured) };
}

/** Metrics that compare the two vectors of a text. */
const ofVectors: ReadonlySet<GateMetricName> = new Set([
  ...(['cosineMean', 'cosineP50', 'cosineP1', 'cosineMin', 'l2Mean', 'relativeL2Mean', 'relativeL2Max'] as const),
  ...(['similarityError', 'topOneAgreement'] as const),
]);
