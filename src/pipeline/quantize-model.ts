import { basename, dirname, join } from 'node:path';
import { type Matrix, OctavecError, type TaskOptions } from '../base/index.js';
import { measureRuns, type RunMeasurement } from '../bench/index.js';
import { type EmbedderOptions, tokenizeOnce } from '../embed/index.js';
import {
  calibrationTexts,
  type Evidence,
  evidencePath,
  failuresAsText,
  type Gate,
  hashOfTexts,
  verificationTexts,
  writeEvidence,
} from '../evaluate/index.js';
import { readModel } from '../onnx/index.js';
import {
  type CalibrationTexts,
  checkQuantizable,
  makeRecipe,
  type Recipe,
  type Selection,
  withRecipe,
} from '../quantize/index.js';
import { type StagedConfiguration, stageConfiguration } from './configuration.js';
import { fileIdentity, shortName } from './file-identity.js';
import { gateOf, type MethodContext, type MethodName, methods } from './methods.js';
import { type Original, openOriginal } from './original.js';
import { outputPaths } from './output-paths.js';
import { embedOnce, type ProofTexts, prove, withRuns } from './prove.js';
import { type StagedModel, stageModel } from './staging.js';

export interface QuantizeOptions extends TaskOptions {
  readonly to: readonly MethodName[];
  /** A folder, or for one variant an .onnx file. Without it variants stand beside the original. */
  readonly output?: string;
  /** tokenizer.json, or the folder that holds it, if the model has none. */
  readonly tokenizer?: string;
  /** What the variants are proven with; octavec's verification texts by default. */
  readonly texts?: ProofTexts;
  /** Texts to calibrate with, where a method can use them; octavec's by default, none if false. */
  readonly calibration?: ProofTexts | false;
  /** Which layers are quantized; all by default. */
  readonly selection?: Selection;
  /** Instead of the gate that belongs to each method. */
  readonly gate?: Gate;
  /** Publish what the gate refuses, too. */
  readonly force?: boolean;
  /** Measure speed and memory as well. */
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
  /** Seconds for the quantization alone. */
  readonly seconds: number;
}

export interface QuantizeOutcome {
  readonly original: Evidence['original'];
  readonly originalPath: string;
  readonly originalRun?: RunMeasurement;
  readonly variants: readonly VariantOutcome[];
}

interface Candidate {
  readonly method: MethodName;
  readonly path: string;
  readonly staged: StagedModel;
  readonly recipe: Recipe;
  readonly notes: readonly string[];
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
  const original = await openOriginal(path, { tokenizer: options.tokenizer });
  const candidates: Candidate[] = [];
  let configuration: StagedConfiguration | undefined;
  try {
    checkQuantizable(original.model);
    const source = { path, files: original.files };
    const variants = options.to.map((name) => methods[name].variant);
    const paths = await outputPaths(source, variants, options.output);
    configuration = await stageConfiguration(source, options.output);
    // First, so that a model that does not run, or not with this tokenizer, is found out before the long work.
    const reference = await embedReference(original, options);
    const context: MethodContext = {
      calibration: await calibrationTokens(original, options),
      selection: options.selection ?? {},
      task: { signal: options.signal, onProgress: options.onProgress },
    };
    for (const [i, method] of options.to.entries()) {
      candidates.push(await makeCandidate(original, method, paths[i], context));
    }
    const outcomes = await proveCandidates(original, candidates, reference, options);
    if (outcomes.variants.some((variant) => variant.published)) {
      await configuration?.publish();
    }
    return outcomes;
  } finally {
    for (const { staged } of candidates.toReversed()) {
      await staged.discard();
    }
    await configuration?.discard();
    await original.close();
  }
}

async function makeCandidate(
  original: Original,
  method: MethodName,
  path: string,
  context: MethodContext,
): Promise<Candidate> {
  const start = performance.now();
  const { model, options, notes } = await methods[method].apply(original.model, context);
  const recipe = makeRecipe(method, original.identity.sha256, options);
  const staged = await stageModel(withRecipe(model, recipe), path);
  return { method, path, staged, recipe, notes, seconds: (performance.now() - start) / 1000 };
}

/** What candidates are compared with. */
interface Reference {
  readonly texts: ProofTexts;
  readonly vectors: Matrix;
}

async function embedReference(original: Original, options: QuantizeOptions): Promise<Reference> {
  const texts = options.texts ?? (await defaultTexts());
  const { vectors } = await embedOnce(original.runnable, 'the original', texts, embeddingOptions(options));
  return { texts, vectors };
}

function embeddingOptions({ threads, signal, onProgress }: QuantizeOptions): EmbedderOptions & TaskOptions {
  return { threads, signal, onProgress };
}

async function proveCandidates(
  original: Original,
  candidates: readonly Candidate[],
  { texts, vectors }: Reference,
  options: QuantizeOptions,
): Promise<QuantizeOutcome> {
  const embedding = embeddingOptions(options);
  const runnables = candidates.map(({ staged }) => ({ ...original.files, onnxPath: staged.path }));
  let evidences: Evidence[] = [];
  for (const [i, { method, staged, recipe, path }] of candidates.entries()) {
    const identity = await fileIdentity(await readModel(staged.path), methods[method].precision);
    const proof = {
      original,
      originalVectors: vectors,
      candidate: runnables[i],
      identity: { ...identity, name: shortName(path) },
      recipe,
      texts,
      gate: options.gate ?? gateOf(method),
    };
    evidences.push(await prove(proof, embedding));
  }
  let originalRun: RunMeasurement | undefined;
  if (options.bench) {
    const [first, ...others] = await measure(original, candidates, runnables, texts.texts, embedding);
    originalRun = first;
    evidences = evidences.map((evidence, i) =>
      withRuns(evidence, options.gate ?? gateOf(candidates[i].method), first, others[i]),
    );
  }
  const variants: VariantOutcome[] = [];
  for (const [i, candidate] of candidates.entries()) {
    variants.push(await publish(candidate, evidences[i], options.force ?? false));
  }
  return { original: original.identity, originalPath: original.files.onnxPath, originalRun, variants };
}

/** How many of octavec's own texts are calibrated with: more were measured to change nothing. */
const calibrationCount = 128;

async function calibrationTokens(
  original: Original,
  { calibration }: QuantizeOptions,
): Promise<CalibrationTexts | undefined> {
  if (calibration === false) {
    return undefined;
  }
  const texts = calibration?.texts ?? evenlyChosen(await calibrationTexts(), calibrationCount);
  return { tokens: await tokenizeOnce(original.files, texts), hash: hashOfTexts(texts) };
}

/** `count` of the items, from all over the list. */
function evenlyChosen<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, items.length / count);
  return items.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step)).slice(0, count);
}

async function defaultTexts(): Promise<ProofTexts> {
  return { texts: await verificationTexts(), source: "octavec's verification texts" };
}

/** Texts of a speed round: enough for every length, few enough that a round takes seconds. */
const benchTexts = 128;

function measure(
  original: Original,
  candidates: readonly Candidate[],
  runnables: readonly Original['runnable'][],
  texts: readonly string[],
  { onProgress, signal, ...embedder }: EmbedderOptions & TaskOptions,
): Promise<RunMeasurement[]> {
  const subjects = [
    { name: 'original', model: original.runnable },
    ...candidates.map(({ method }, i) => ({ name: method, model: runnables[i] })),
  ];
  return measureRuns(subjects, evenlyChosen(texts, benchTexts), { embedder, onProgress, signal });
}

async function publish(candidate: Candidate, evidence: Evidence, force: boolean): Promise<VariantOutcome> {
  const { method, path, staged, notes, seconds } = candidate;
  const published = force || evidence.verdict?.passed === true;
  if (published) {
    const evidenceFile = join(dirname(staged.path), basename(evidencePath(path)));
    await writeEvidence(evidenceFile, evidence);
    await staged.publish([evidenceFile]);
  }
  return { method, path, published, evidence, notes, seconds };
}

/** The error for variants that the gate refused; undefined if it let all pass. */
export function gateError({ variants }: QuantizeOutcome): OctavecError | undefined {
  const refused = variants.find(({ evidence }) => evidence.verdict?.passed === false);
  return refused === undefined || refused.evidence.verdict === undefined
    ? undefined
    : new OctavecError('GATE_REFUSED', { path: refused.path, failures: failuresAsText(refused.evidence.verdict) });
}
