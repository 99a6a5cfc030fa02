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

/** A candidate whose speed is wanted, and what it is called while it runs. */
export interface SpeedSubject {
  readonly candidate: Candidate;
  readonly name: string;
}

/**
 * Measures speed and memory of the original and of others, side by side.
 *
 * @returns the figures of the original, and those of the others in their order
 * @throws ENGINE_DIED, CANCELLED
 */
export async function measureSpeeds(
  { original, texts, options }: Proof,
  subjects: readonly SpeedSubject[],
): Promise<{ readonly original: RunMeasurement; readonly runs: readonly RunMeasurement[] }> {
  const { threads, signal, onProgress } = options;
  const others = subjects.map(({ candidate: { files, engine, device }, name }) => ({
    name,
    model: files,
    embedder: { engine, device },
  }));
  const [first, ...runs] = await measureRuns(
    [{ name: 'original', model: original.runnable, embedder: { engine: 'onnxruntime' } }, ...others],
    speedTexts(texts),
    { embedder: { threads }, signal, onProgress },
  );
  return { original: first, runs };
}

/**
 * Measures the speed of candidates, and returns them with it.
 *
 * @param names of the candidates while they run; by default those of their files
 * @returns the figures of the original, and all candidates with theirs
 * @throws ENGINE_DIED, CANCELLED
 */
export async function measureSpeed(
  proof: Proof,
  proven: readonly Proven[],
  names: readonly string[] = proven.map(({ measured }) => measured.file.name),
): Promise<{ readonly original: RunMeasurement; readonly measured: readonly Measurements[] }> {
  const subjects = proven.map(({ candidate }, i) => ({ candidate, name: names[i] }));
  const { original, runs } = await measureSpeeds(proof, subjects);
  return { original, measured: proven.map(({ measured }, i) => withRuns(measured, original, runs[i])) };
}

/** Returns what was measured, with speed and memory of both sides. */
export function withRuns<Figures extends Pick<Measurements, 'run' | 'originalRun'>>(
  measured: Figures,
  original: RunMeasurement,
  candidate: RunMeasurement,
): Figures {
  const figures = ({ textsPerSecond, peakBytes }: RunMeasurement) => ({ textsPerSecond, peakBytes });
  return { ...measured, run: figures(candidate), originalRun: figures(original) };
}
