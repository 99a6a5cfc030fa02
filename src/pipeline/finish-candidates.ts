import { basename, dirname, join } from 'node:path';
import type { TaskOptions } from '../base/index.js';
import { measureRuns, type RunMeasurement } from '../benchmark/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import { type Evidence, evidencePath, type Gate, writeEvidence } from '../evaluate/index.js';
import { type Candidate, improveCandidate, proveCandidate, type Reference } from './candidate.js';
import { judged } from './file-gate.js';
import type { Original } from './original.js';
import { benchTexts, withRuns } from './prove.js';
import type { QuantizeOptions } from './quantize-options.js';
import type { QuantizeOutcome, VariantOutcome } from './quantize-outcome.js';
import { attempt, type Work } from './work.js';

/** A candidate with what was found out about it. */
interface Proven {
  readonly candidate: Candidate;
  readonly evidence: Evidence;
}

/**
 * Compares the candidates with the original, measures their speed where that is wanted, and publishes what the gates let
 * pass.
 */
export async function finishCandidates(
  original: Original,
  work: Work,
  reference: Reference,
  options: QuantizeOptions,
): Promise<Pick<QuantizeOutcome, 'variants' | 'originalRun'>> {
  const { threads, signal, onProgress } = options;
  const embedding = { threads, signal, onProgress };
  const bench = options.bench ?? work.candidates.some(({ gate }) => gate.limits.speedUp !== undefined);
  let proven: Proven[] = [];
  for (const i of work.candidates.keys()) {
    await attempt(work, work.candidates[i], async () => {
      const evidence = await proveBest(original, work.candidates, i, async (candidate) => {
        const measured = await proveCandidate(original, candidate, reference, embedding);
        return judged(measured, bench ? withoutSpeed(candidate.gate) : candidate.gate);
      });
      proven.push({ candidate: work.candidates[i], evidence });
    });
  }
  let originalRun: RunMeasurement | undefined;
  if (bench && proven.length > 0) {
    const candidates = proven.map(({ candidate }) => candidate);
    const [first, ...others] = await measure(original, candidates, reference.texts.texts, embedding);
    originalRun = first;
    proven = proven.map(({ candidate, evidence }, i) => ({
      candidate,
      evidence: judged(withRuns(evidence, first, others[i]), candidate.gate),
    }));
  }
  const variants: VariantOutcome[] = [];
  for (const { candidate, evidence } of proven) {
    await attempt(work, candidate, async () => {
      variants.push(await publish(candidate, evidence, options.force ?? false));
    });
  }
  return { variants, originalRun };
}

/** A candidate that its method can better after a refusal is replaced by what it makes of it. */
async function proveBest(
  original: Original,
  candidates: Candidate[],
  i: number,
  prove: (candidate: Candidate) => Promise<Evidence>,
): Promise<Evidence> {
  let evidence = await prove(candidates[i]);
  while (evidence.verdict?.passed === false) {
    const better = await improveCandidate(original, candidates[i], evidence);
    if (better === undefined) {
      break;
    }
    candidates[i] = better;
    evidence = await prove(better);
  }
  return evidence;
}

/** What a gate asks for besides the speed, which is measured last. */
function withoutSpeed(gate: Gate): Gate {
  const { speedUp: _, ...limits } = gate.limits;
  return { ...gate, limits };
}

function measure(
  original: Original,
  candidates: readonly Candidate[],
  texts: readonly string[],
  { onProgress, signal, ...embedder }: EmbedderOptions & TaskOptions,
): Promise<RunMeasurement[]> {
  const subjects = [
    { name: 'original', model: original.runnable },
    ...candidates.map(({ method, staged }) => ({ name: method, model: { ...original.files, onnxPath: staged.path } })),
  ];
  return measureRuns(subjects, benchTexts(texts), { embedder, onProgress, signal });
}

async function publish(candidate: Candidate, evidence: Evidence, force: boolean): Promise<VariantOutcome> {
  const { method, path, staged, notes, sensitivity, seconds } = candidate;
  const published = force || evidence.verdict?.passed === true;
  if (published) {
    const evidenceFile = join(dirname(staged.path), basename(evidencePath(path)));
    await writeEvidence(evidenceFile, evidence);
    await staged.publish([evidenceFile]);
  }
  return { method, path, published, evidence, notes, sensitivity, seconds };
}
