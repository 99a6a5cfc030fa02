import { type GateChoice, judge } from '../evaluate/index.js';
import { type Alternative, alternativeGate, type Candidate, type Proof, proveAlternative } from '../proof/index.js';
import { orUnusable, type UnusableVariant } from './or-unusable.js';

/** A model of another kind, and what was measured about it. */
export interface ProvenAlternative {
  readonly candidate: Candidate;
  readonly measured: Alternative;
}

/** Measures models of another kind than the original, smallest first. */
export async function proveAlternatives(
  proof: Proof,
  others: readonly { readonly name: string; readonly candidate: Candidate }[],
): Promise<{ readonly proven: readonly ProvenAlternative[]; readonly unusable: readonly UnusableVariant[] }> {
  const proven: ProvenAlternative[] = [];
  const unusable: UnusableVariant[] = [];
  for (const { name, candidate } of others) {
    await orUnusable({ name, engine: 'auto' }, unusable, async () => {
      proven.push({ candidate, measured: await proveAlternative(proof, candidate) });
    });
  }
  return { proven: proven.toSorted((a, b) => a.measured.file.bytes - b.measured.file.bytes), unusable };
}

/** Adds a verdict to what was measured, if there is a gate for it. */
export function judgedAlternative(measured: Alternative, choice: GateChoice): Alternative {
  const gate = alternativeGate(measured.kind, choice);
  return gate === undefined ? measured : { ...measured, verdict: judge(measured, gate) };
}
