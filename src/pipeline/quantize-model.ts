import { basename, dirname, join } from 'node:path';
import { OctavecError, type TaskOptions, textsHash } from '../base/index.js';
import { measureRuns, type RunMeasurement } from '../bench/index.js';
import { type EmbedderOptions, tokenizeOnce } from '../embed/index.js';
import {
  calibrationTexts,
  type Evidence,
  evidencePath,
  failuresAsText,
  type Gate,
  type GateChoice,
  verificationTexts,
  writeEvidence,
} from '../evaluate/index.js';
import { optimize } from '../graph/index.js';
import {
  type CalibrationTexts,
  checkQuantizable,
  emptyMemory,
  readCalibrationTable,
  type Selection,
  writeCalibrationTable,
} from '../quantize/index.js';
import { type AutoOptions, autoGoal } from './auto/goal.js';
import type { SensitivityReport } from './auto/sensitivity-report.js';
import { type Candidate, improveCandidate, makeCandidate, proveCandidate, type Reference } from './candidate.js';
import { type StagedConfiguration, stageConfiguration } from './configuration.js';
import { judged } from './file-gate.js';
import { checkForms, type MethodForms } from './method-forms.js';
import { type MethodName, methods } from './methods.js';
import { type Original, openOriginal } from './original.js';
import { outputPaths } from './output-paths.js';
import { benchTexts, embedOnce, evenlyChosen, type ProofTexts, withRuns } from './prove.js';
import { checkWritable } from './staging.js';

/** Without a choice of a gate, each variant is held against its method's own; `auto` searches for what a gate lets pass. */
export interface QuantizeOptions extends TaskOptions, GateChoice {
  readonly to: readonly MethodName[];
  /** A folder, or for one variant an .onnx file. Without it variants stand beside the original. */
  readonly output?: string;
  /** tokenizer.json, or the folder that holds it, if the model has none. */
  readonly tokenizer?: string;
  /** What the variants are proven with; octavec's verification texts by default. */
  readonly texts?: ProofTexts;
  /** Texts to calibrate with, where a method can use them; octavec's by default, none if false. */
  readonly calibration?: ProofTexts | false;
  /**
   * A file that keeps what calibration saw. If it is there, it is used instead of running the texts again (its own texts,
   * if no others are given); if not, it is made.
   */
  readonly calibrationTable?: string;
  /** Tidy the graph first, so that run times load and run it faster and methods find more in it; true by default. */
  readonly optimize?: boolean;
  /** Which layers are quantized; all by default. */
  readonly selection?: Selection;
  readonly forms?: MethodForms;
  /** What `auto` works towards; a cosine p1 of 0.995 and the least size by default. */
  readonly auto?: AutoOptions;
  /** Publish what the gate refuses, too. */
  readonly force?: boolean;
  /** Measure speed and memory as well; by default where a gate limits the speed-up. */
  readonly bench?: boolean;
  readonly threads?: number;
}

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

export interface QuantizeOutcome {
  readonly original: Evidence['original'];
  readonly originalPath: string;
  readonly originalRun?: RunMeasurement;
  readonly variants: readonly VariantOutcome[];
  /** For all of it. */
  readonly seconds: number;
}

/**
 * The main job: makes variants of a model, loads what was written, compares it with the original and publishes what
 * the gate lets pass, with its evidence beside it. The original is never changed, and what was refused leaves nothing.
 *
 * @throws ALREADY_QUANTIZED, NOTHING_TO_QUANTIZE, OUTPUT_NOT_WRITABLE, DISK_FULL, OUTPUT_IS_SOURCE, CANCELLED, and what
 *   opening and running the model throws
 */
export async function quantizeModel(path: string, options: QuantizeOptions): Promise<QuantizeOutcome> {
  const start = performance.now();
  const goal = autoGoal(options.auto, options);
  checkForms(options.forms ?? {}, options.to);
  const original = await openOriginal(path, { tokenizer: options.tokenizer });
  const source = options.optimize === false ? original.model : optimize(original.model);
  const candidates: Candidate[] = [];
  let configuration: StagedConfiguration | undefined;
  try {
    checkQuantizable(original.model);
    const place = { path, files: original.files };
    const variants = options.to.map((name) => methods[name].variant);
    const paths = await outputPaths(place, variants, options.output);
    for (const target of paths) {
      await checkWritable(target);
    }
    configuration = await stageConfiguration(place, options.output);
    // First, so that a model that does not run, or not with this tokenizer, is found out before the long work.
    const reference = await embedReference(original, options);
    const texts = await calibrationTextsOf(options);
    const calibration = texts && (await calibrationOf(original, texts.calibrating, options));
    const context = {
      calibration,
      selection: options.selection ?? {},
      forms: options.forms ?? {},
      task: { signal: options.signal, onProgress: options.onProgress },
    };
    for (const [i, method] of options.to.entries()) {
      const trial = { original, target: paths[i], texts: texts?.all ?? [], goal, threads: options.threads };
      candidates.push(await makeCandidate(original, source, method, paths[i], { ...context, trial }, options));
    }
    if (calibration !== undefined && options.calibrationTable !== undefined) {
      await writeCalibrationTable(options.calibrationTable, original.identity.sha256, calibration);
    }
    const outcome = await proveCandidates(original, candidates, reference, options);
    if (outcome.variants.some((variant) => variant.published)) {
      await configuration?.publish();
    }
    return { ...outcome, seconds: (performance.now() - start) / 1000 };
  } finally {
    for (const { staged } of candidates.toReversed()) {
      await staged.discard();
    }
    await configuration?.discard();
    await original.close();
  }
}

async function embedReference(original: Original, options: QuantizeOptions): Promise<Reference> {
  const texts = options.texts ?? (await defaultTexts());
  const { vectors } = await embedOnce(original.runnable, 'the original', texts, embeddingOptions(options));
  return { texts, vectors };
}

function embeddingOptions({ threads, signal, onProgress }: QuantizeOptions): EmbedderOptions & TaskOptions {
  return { threads, signal, onProgress };
}

/** Candidates that a method can better are replaced by what it makes of them. */
async function proveCandidates(
  original: Original,
  candidates: Candidate[],
  reference: Reference,
  options: QuantizeOptions,
): Promise<Omit<QuantizeOutcome, 'seconds'>> {
  const embedding = embeddingOptions(options);
  const bench = options.bench ?? candidates.some(({ gate }) => gate.limits.speedUp !== undefined);
  let evidences: Evidence[] = [];
  for (const i of candidates.keys()) {
    const prove = async () => {
      const measured = await proveCandidate(original, candidates[i], reference, embedding);
      return judged(measured, bench ? withoutSpeed(candidates[i].gate) : candidates[i].gate);
    };
    let evidence = await prove();
    while (evidence.verdict?.passed === false) {
      const better = await improveCandidate(original, candidates[i], evidence);
      if (better === undefined) {
        break;
      }
      candidates[i] = better;
      evidence = await prove();
    }
    evidences.push(evidence);
  }
  let originalRun: RunMeasurement | undefined;
  if (bench) {
    const [first, ...others] = await measure(original, candidates, reference.texts.texts, embedding);
    originalRun = first;
    evidences = evidences.map((evidence, i) => judged(withRuns(evidence, first, others[i]), candidates[i].gate));
  }
  const variants: VariantOutcome[] = [];
  for (const [i, candidate] of candidates.entries()) {
    variants.push(await publish(candidate, evidences[i], options.force ?? false));
  }
  return { original: original.identity, originalPath: original.files.onnxPath, originalRun, variants };
}

/** What a gate asks for besides the speed, which is measured last. */
function withoutSpeed(gate: Gate): Gate {
  const { speedUp: _, ...limits } = gate.limits;
  return { ...gate, limits };
}

/** How many of octavec's own texts are calibrated with: more were measured to change nothing. */
const calibrationCount = 128;

async function calibrationTextsOf({
  calibration,
  calibrationTable,
}: QuantizeOptions): Promise<{ readonly all: readonly string[]; readonly calibrating: readonly string[] } | undefined> {
  if (calibration === false) {
    if (calibrationTable !== undefined) {
      throw new OctavecError('USAGE', {
        problem: 'A calibration table is of no use without calibration',
        hint: 'Leave out one of the two.',
      });
    }
    return undefined;
  }
  if (calibration !== undefined) {
    return { all: calibration.texts, calibrating: calibration.texts };
  }
  const all = await calibrationTexts();
  return { all, calibrating: evenlyChosen(all, calibrationCount) };
}

/** The texts as token ids, or those of the calibration table with what was seen of them. */
async function calibrationOf(
  { files, identity }: Original,
  texts: readonly string[],
  { calibration, calibrationTable: table }: QuantizeOptions,
): Promise<CalibrationTexts> {
  const wanted = calibration === undefined ? undefined : textsHash(texts);
  const known = table && (await readCalibrationTable(table, identity.sha256, wanted));
  return known || { tokens: await tokenizeOnce(files, texts), hash: textsHash(texts), memory: emptyMemory() };
}

async function defaultTexts(): Promise<ProofTexts> {
  return { texts: await verificationTexts(), source: "octavec's verification texts" };
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
