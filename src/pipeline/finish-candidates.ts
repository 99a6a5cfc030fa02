import { basename, dirname, join } from 'node:path';
import type { RunMeasurement } from '../benchmark/index.js';
import { type Evidence, evidencePath, type Gate, writeEvidence } from '../evaluate/index.js';
import { asksForSpeed, judged, measureSpeed, type Proof, type Proven, prove } from '../proof/index.js';
import type { QuantizeOptions } from './quantize-options.js';
import type { QuantizeOutcome, VariantOutcome } from './quantize-outcome.js';
import { chooseBelow, sizeError, type TooLarge } from './size-budget.js';
import { asCandidate, attempt, improveCandidate, type StagedCandidate, type Work } from './staged-candidate.js';

/** A staged candidate with what was found out about it. */
interface ProvenCandidate extends Proven<Evidence> {
  readonly made: StagedCandidate;
}

/**
 * Compares the candidates with the original, measures their speed where that is wanted, and publishes what the gates let
 * pass; where a greatest size is given, the best of those that fit alone.
 *
 * @throws SIZE_MISSED where none fits
 */
export async function finishCandidates(
  proof: Proof,
  work: Work,
  { bench, force = false, maxSize }: Pick<QuantizeOptions, 'bench' | 'force' | 'maxSize'>,
): Promise<Pick<QuantizeOutcome, 'variants' | 'originalRun' | 'choice'>> {
  const isTimed = bench ?? work.candidates.some(({ gate }) => asksForSpeed(gate));
  const most = maxSize ?? Number.POSITIVE_INFINITY;
  const tooLarge: TooLarge[] = [];
  let proven: ProvenCandidate[] = [];
  for (const i of work.candidates.keys()) {
    const { method, staged } = work.candidates[i];
    if (staged.bytes > most) {
      // Nothing is measured of what cannot be taken.
      tooLarge.push({ method: method.id, bytes: staged.bytes });
      continue;
    }
    await attempt(work, work.candidates[i], async () => {
      const best = await proveBest(proof, work.candidates, i, isTimed);
      // A more careful one may have grown.
      const { bytes } = best.made.staged;
      bytes > most ? tooLarge.push({ method: method.id, bytes }) : proven.push(best);
    });
  }
  if (maxSize !== undefined && proven.length === 0 && tooLarge.length > 0 && work.failures.length === 0) {
    throw sizeError(proof.original.files.onnxPath, maxSize, tooLarge);
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
  const measured = proven.map((each) => ({ method: each.made.method.id, evidence: each.measured }));
  const choice = maxSize === undefined ? undefined : chooseBelow(maxSize, measured, tooLarge, force);
  const variants: VariantOutcome[] = [];
  for (const { made, measured: evidence } of proven) {
    const isWanted = choice === undefined || choice.chosen === made.method.id;
    await attempt(work, made, async () => {
      variants.push(await publish(made, evidence, isWanted && (force || evidence.verdict?.passed === true)));
    });
  }
  return { variants, originalRun, ...(choice && { choice }) };
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

/** Returns a gate without its limit of speed, which is measured last. */
function withoutSpeed(gate: Gate): Gate {
  const { speedUp: _, ...limits } = gate.limits;
  return { ...gate, limits };
}

async function publish(made: StagedCandidate, evidence: Evidence, published: boolean): Promise<VariantOutcome> {
  const { method, path, staged, notes, sensitivity, seconds } = made;
  if (published) {
    const evidenceFile = join(dirname(staged.path), basename(evidencePath(path)));
    await writeEvidence(evidenceFile, evidence);
    await staged.publish([evidenceFile]);
  }
  return { method: method.id, path, published, evidence, notes, sensitivity, seconds };
}
