import { checkFlag, checkLocation, checkOptions, type Location, type OptionChecks, oneOf } from '../base/index.js';
import { type Device, devices, type EngineChoice, engineChoices } from '../engine/index.js';
import type { Evidence, GateChoice } from '../evaluate/index.js';
import { type ModelOverrides, overridesOf } from '../model/index.js';
import {
  asksForSpeed,
  fileGate,
  judged,
  measureSpeed,
  openCandidate,
  openOriginal,
  openProof,
  openVectorCache,
  type ProofTexts,
  prove,
  type TaskRun,
  type VectorCacheOptions,
} from '../proof/index.js';
import { comparisonChecks } from './option-checks.js';

/** What `verify` compares a candidate with, and how. */
export interface VerifyOptions extends Omit<TaskRun, 'cache'>, VectorCacheOptions, GateChoice, ModelOverrides {
  /** The model that the candidate must be like: a folder or an .onnx file. */
  readonly against: Location;
  /** Runs the candidate; `auto` by default. The original always runs on ONNX Runtime, in its own precision. */
  readonly engine?: EngineChoice;
  /** What the candidate is computed on; the CPU by default. What serves it is what should prove it. */
  readonly device?: Device;
  /** What original and candidate embed; octavec's verification texts by default. */
  readonly texts?: ProofTexts;
  /** Measure speed and memory as well; by default where a limit asks for a speed-up. */
  readonly bench?: boolean;
}

const optionChecks: OptionChecks<VerifyOptions> = {
  ...comparisonChecks,
  against: checkLocation,
  engine: oneOf(engineChoices),
  device: oneOf(devices),
  bench: checkFlag,
};

/**
 * Compares a candidate, wherever it comes from, with the original. A single file takes tokenizer, pooling and prompts
 * from the folder around it, else from the original.
 *
 * @param path model folder or .onnx file
 * @throws what opening and running the models throws; NOT_COMPARABLE, CANCELLED. A refusal is in the verdict, not thrown.
 *
 * @example
 * ```ts
 * const { verdict, fidelity } = await verify('model_int8.onnx', { against: './all-MiniLM-L6-v2' });
 * console.log(verdict?.passed, fidelity.cosine.mean);
 * ```
 */
export async function verify(path: Location, options: VerifyOptions): Promise<Evidence> {
  checkOptions(options, optionChecks);
  const { against, engine, device, texts, tasks, threads, signal, onProgress, onNote } = options;
  const overrides = overridesOf(options);
  checkLocation('against', against);
  const cache = tasks?.length ? await openVectorCache(options) : undefined;
  await using original = await openOriginal(against, overrides);
  const candidate = await openCandidate(path, { ...overrides, like: original.files, engine, device });
  const proof = await openProof(original, { texts, tasks, cache, threads, signal, onProgress, onNote });
  const measured = await prove(proof, candidate);
  const gate = fileGate(candidate, measured, options);
  if (!(options.bench ?? asksForSpeed(gate))) {
    return judged(measured, gate);
  }
  const speed = await measureSpeed(proof, [{ candidate, measured }]);
  return judged(speed.measured[0], gate);
}
