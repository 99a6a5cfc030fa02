import { basename, dirname, join } from 'node:path';
import { OctavecError, type TaskOptions } from '../base/index.js';
import { measureRuns, type RunMeasurement } from '../bench/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import { type Evidence, evidencePath, failuresAsText, type Gate, writeEvidence } from '../evaluate/index.js';
import { optimize } from '../graph/index.js';
import { checkQuantizable, selectParts } from '../quantize/index.js';
import { autoGoal } from './auto/goal.js';
import type { SensitivityReport } from './auto/sensitivity-report.js';
import { openCalibration } from './calibration.js';
import { type Candidate, improveCandidate, makeCandidate, proveCandidate, type Reference } from './candidate.js';
import { checkOptions } from './check-options.js';
import { type StagedConfiguration, stageConfiguration } from './configuration.js';
import { judged } from './file-gate.js';
import { completeForms } from './method-forms.js';
import { type MethodName, methods } from './methods.js';
import { type Original, openOriginal } from './original.js';
import { outputPaths } from './output-paths.js';
import { proofTextsOf } from './proof-texts.js';
import { benchTexts, embedOnce, withRuns } from './prove.js';
import type { QuantizeOptions } from './quantize-options.js';
import { checkWritable } from './staging.js';

/** What became of one variant. */
export interface VariantOutcome {
  readonly method: MethodName;
  readonly path: string;
  /** false: the gate refused it, and it was not written. */
  readonly published: boolean;
  readonly evidence: Evidence;
  readonly notes: readonly string[];
  /** What `auto` saw of the model; stands beside the variant as `<name>.sensitivity.json`, too. */
  readonly sensitivity?: SensitivityReport;
  /** Seconds for the quantization alone. */
  readonly seconds: number;
}

/** A variant that could not be made, proven or written. */
export interface VariantFailure {
  readonly method: MethodName;
  readonly path: string;
  readonly error: Error;
}

export interface QuantizeOutcome {
  readonly original: Evidence['original'];
  readonly originalPath: string;
  readonly originalRun?: RunMeasurement;
  readonly variants: readonly VariantOutcome[];
  /** What went wrong while others were made; where all went wrong, the first error is thrown. */
  readonly failures: readonly VariantFailure[];
  /** For all of it. */
  readonly seconds: number;
}

/**
 * The main job: makes variants of a model, loads what was written, compares it with the original and publishes what
 * the gate lets pass, with its evidence beside it. The original is never changed, and what was refused leaves nothing.
 * What fails with one variant does not stop the others: see `failures`.
 *
 * @throws USAGE, ALREADY_QUANTIZED, NOTHING_TO_QUANTIZE, OUTPUT_NOT_WRITABLE, DISK_FULL, OUTPUT_IS_SOURCE, CANCELLED,
 *   CALIBRATION_MISMATCH, and what opening and running the model throws
 */
export async function quantizeModel(path: string, options: QuantizeOptions): Promise<QuantizeOutcome> {
  const distinct = { ...options, to: [...new Set(options.to)] };
  checkOptions(distinct);
  return makeVariants(path, distinct);
}

/** The same for options that have been checked. */
export async function makeVariants(path: string, options: QuantizeOptions): Promise<QuantizeOutcome> {
  const start = performance.now();
  const { to, selection = {}, calibrationTable: table } = options;
  const goal = autoGoal(options.auto, options);
  const original = await openOriginal(path, { tokenizer: options.tokenizer });
  const source = options.optimize === false ? original.model : optimize(original.model);
  const work: Work = { candidates: [], failures: [] };
  let configuration: StagedConfiguration | undefined;
  try {
    checkQuantizable(original.model);
    selectParts(source, selection);
    const place = { path, files: original.files };
    const variants = to.map((name) => methods[name].variant);
    const paths = await outputPaths(place, variants, options.output);
    for (const target of table === undefined ? paths : [...paths, table]) {
      await checkWritable(target);
    }
    configuration = await stageConfiguration(place, options.output);
    // First, so that a model that does not run, or not with this tokenizer, is found out before the long work.
    const reference = await embedReference(original, options);
    const calibrated = { source: original.identity.sha256, model: source };
    const calibration = await openCalibration(original.files, calibrated, options);
    const forms = completeForms(options.forms);
    const hashes = calibration && { calibration: calibration.texts.hash, search: calibration.search.hash };
    const context = {
      calibration: calibration?.texts,
      selection,
      forms,
      task: { signal: options.signal, onProgress: options.onProgress },
      wishes: { selection, forms, optimize: options.optimize !== false, goal, hashes },
    };
    for (const [i, method] of to.entries()) {
      const trial = { original, target: paths[i], texts: calibration?.search, goal, threads: options.threads };
      await attempt(work, { method, path: paths[i] }, async () => {
        work.candidates.push(await makeCandidate(original, source, method, paths[i], { ...context, trial }, options));
      });
    }
    const outcome = await proveCandidates(original, work, reference, options);
    if (outcome.variants.length === 0) {
      throw work.failures[0].error;
    }
    if (outcome.variants.some((variant) => variant.published)) {
      await configuration?.publish();
    }
    return { ...outcome, failures: work.failures, seconds: (performance.now() - start) / 1000 };
  } finally {
    for (const { staged } of work.candidates.toReversed()) {
      await staged.discard();
    }
    await configuration?.discard();
    await original.close();
  }
}

/** What has come of the methods so far. */
interface Work {
  readonly candidates: Candidate[];
  readonly failures: VariantFailure[];
}

/** Does something for one variant. A failure is noted, so that the others go on; an interrupt ends them all. */
async function attempt(
  { failures }: Work,
  { method, path }: Pick<Candidate, 'method' | 'path'>,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof OctavecError && error.code === 'CANCELLED')) {
      throw error;
    }
    failures.push({ method, path, error });
  }
}

async function embedReference(original: Original, options: QuantizeOptions): Promise<Reference> {
  const texts = await proofTextsOf(options);
  const { vectors } = await embedOnce(original.runnable, 'the original', texts, embeddingOptions(options));
  return { texts, vectors };
}

function embeddingOptions({ threads, signal, onProgress }: QuantizeOptions): EmbedderOptions & TaskOptions {
  return { threads, signal, onProgress };
}

/** A candidate with what was found out about it. */
interface Proven {
  readonly candidate: Candidate;
  readonly evidence: Evidence;
}

async function proveCandidates(
  original: Original,
  work: Work,
  reference: Reference,
  options: QuantizeOptions,
): Promise<Omit<QuantizeOutcome, 'seconds' | 'failures'>> {
  const embedding = embeddingOptions(options);
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
  return { original: original.identity, originalPath: original.files.onnxPath, originalRun, variants };
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

/** The error for variants that the gate refused; undefined if it let all pass. */
export function gateError({ variants }: QuantizeOutcome): OctavecError | undefined {
  const refused = variants.find(({ evidence }) => evidence.verdict?.passed === false);
  if (refused?.evidence.verdict === undefined) {
    return undefined;
  }
  const details = { path: refused.path, failures: failuresAsText(refused.evidence.verdict) };
  return new OctavecError(refused.method === 'auto' ? 'TARGET_MISSED' : 'GATE_REFUSED', details);
}
