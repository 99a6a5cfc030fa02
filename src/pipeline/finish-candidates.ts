import { basename, dirname, join } from 'node:path';
import type { RunMeasurement } from '../benchmark/index.js';
import { type Evidence, evidencePath, type Gate, writeEvidence } from '../evaluate/index.js';
import { asksForSpeed, judged, measureSpeed, type Proof, type Proven, prove } from '../proof/index.js';
import type { QuantizeOptions } from './quantize-options.js';
import type { QuantizeOutcome, VariantOutcome } from './quantize-outcome.js';
import { asCandidate, attempt, improveCandidate, type StagedCandidate, type Work } from './staged-candidate.js';

/** A staged candidate with what was found out about it. */
interface ProvenCandidate extends Proven<Evidence> {
  readonly made: StagedCandidate;
}

/**
 * Compares the candidates with the original, measures their speed where that is wanted, and publishes what the gates let
 * pass.
 */
export async function finishCandidates(
  proof: Proof,
  work: Work,
  { bench, force = false }: Pick<QuantizeOptions, 'bench' | 'force'>,
): Promise<Pick<QuantizeOutcome, 'variants' | 'originalRun'>> {
  const isTimed = bench ?? work.candidates.some(({ gate }) => asksForSpeed(gate));
  let proven: ProvenCandidate[] = [];
  for (const i of work.candidates.keys()) {
    await attempt(work, work.candidates[i], async () => {
      proven.push(await proveBest(proof, work.candidates, i, isTimed));
    });
  }
  let originalRun: RunMeasurement | undefined;
  if (isTimed && proven.length > 0) {
    const speed = await measureSpeed(
      proof,
      proven,
      proven.map(({ made }) => made.method.id),
    );
    originalRun = speed.original;
    proven = proven.map((each, i) => ({ ...each, measured: judged(speed.measured[i], each.made.gate) }));
  }
  const variants: VariantOutcome[] = [];
  for (const { made, measured } of proven) {
    await attempt(work, made, async () => {
      variants.push(await publish(made, measured, force));
    });
  }
  return { variants, originalRun };
}

/** Proves a candidate; one that its method can better after a refusal is replaced by what it makes of it. */
async function proveBest(
  proof: Proof,
  candidates: StagedCandidate[],
  i: number,
  isTimed: boolean,
): Promise<ProvenCandidate> {
  let proven = await proveStaged(proof, candidates[i], isTimed);
  while (proven.measured.verdict?.passed === false) {
    const better = await improveCandidate(proof.original, candidates[i], proven.measured);
    if (better === undefined) {
      break;
    }
    candidates[i] = better;
    proven = await proveStaged(proof, better, isTimed);
  }
  return proven;
}

async function proveStaged(proof: Proof, made: StagedCandidate, isTimed: boolean): Promise<ProvenCandidate> {
  const candidate = await asCandidate(proof.original, made);
  const measured = await prove(proof, candidate);
  return { made, candidate, measured: judged(measured, isTimed ? withoutSpeed(made.gate) : made.gate) };
}

/** What a gate asks for besides the speed, which is measured last. */
function withoutSpeed(gate: Gate): Gate {
  const { speedUp: _, ...limits } = gate.limits;
  return { ...gate, limits };
}

async function publish(made: StagedCandidate, evidence: Evidence, force: boolean): Promise<VariantOutcome> {
  const { method, path, staged, notes, sensitivity, seconds } = made;
  const published = force || evidence.verdict?.passed === true;
  if (published) {
    const evidenceFile = join(dirname(staged.path), basename(evidencePath(path)));
    await writeEvidence(evidenceFile, evidence);
    await staged.publish([evidenceFile]);
  }
  return { method: method.id, path, published, evidence, notes, sensitivity, seconds };
}
