import { measureRuns, type RunMeasurement } from '../benchmark/index.js';
import type { Gate, Measurements } from '../evaluate/index.js';
import type { Candidate } from './candidate.js';
import type { Proof } from './proof.js';
import { speedTexts } from './proof-texts.js';

/** A candidate with what was found out about it. */
export interface Proven<Figures extends Measurements = Measurements> {
  readonly candidate: Candidate;
  readonly measured: Figures;
}

/** Tells whether speed must be measured for a gate. */
export function asksForSpeed({ limits }: Gate): boolean {
  return limits.speedUp !== undefined;
}

/**
 * Measures speed and memory of the original and the candidates, side by side.
 *
 * @param names of the candidates while they run; by default those of their files
 * @returns the figures of the original, and all candidates with theirs
 * @throws ENGINE_DIED, CANCELLED
 */
export async function measureSpeed(
  { original, texts, options }: Proof,
  proven: readonly Proven[],
  names: readonly string[] = proven.map(({ measured }) => measured.file.name),
): Promise<{ readonly original: RunMeasurement; readonly measured: readonly Measurements[] }> {
  const { threads, signal, onProgress } = options;
  const subjects = proven.map(({ candidate: { files, engine, device } }, i) => ({
    name: names[i],
    model: files,
    embedder: { engine, device },
  }));
  const [first, ...others] = await measureRuns(
    [{ name: 'original', model: original.runnable, embedder: { engine: 'onnxruntime' } }, ...subjects],
    speedTexts(texts),
    { embedder: { threads }, signal, onProgress },
  );
  const measured = proven.map((each, i) => withRuns(each.measured, first, others[i]));
  return { original: first, measured };
}

function withRuns(measured: Measurements, original: RunMeasurement, candidate: RunMeasurement): Measurements {
  const figures = ({ textsPerSecond, peakBytes }: RunMeasurement) => ({ textsPerSecond, peakBytes });
  return { ...measured, run: figures(candidate), originalRun: figures(original) };
}
