import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OctavecError } from '../base/index.js';
import { measureRuns } from '../bench/index.js';
import { type Evidence, type Gate, gatePresets, verificationTexts, withLimits } from '../evaluate/index.js';
import { type ModelFiles, openModelFolder } from '../model/index.js';
import { type OnnxModel, readModel } from '../onnx/index.js';
import { recipeOf } from '../quantize/index.js';
import { describePrecision } from './describe-precision.js';
import { fileIdentity, shortName } from './file-identity.js';
import { type Original, openOriginal } from './original.js';
import { embedOnce, type ProofTexts, prove, withRuns } from './prove.js';
import { type KnownSensitivity, readSensitivity } from './read-sensitivity.js';
import { type Recommendation, recommend } from './recommend.js';
import { type TaskEvidenceOptions, withTasks } from './task-evidence.js';

export interface CompareOptions extends TaskEvidenceOptions {
  /** ONNX files to compare; by default all in the folder besides the original. */
  readonly variants?: readonly string[];
  readonly texts?: ProofTexts;
  /** For all variants; by default the gate of each one's precision. */
  readonly gate?: Gate;
  /** In place of, or besides, the gate's. */
  readonly limits?: Gate['limits'];
  /** Measure speed and memory, true by default. */
  readonly bench?: boolean;
}

/** All variants of a model, measured under the same conditions. */
export interface Comparison {
  /** Smallest first. */
  readonly evidences: readonly Evidence[];
  /** Variants that could not be run, and why. */
  readonly unusable: readonly { readonly name: string; readonly why: string }[];
  readonly recommendations: readonly Recommendation[];
  /** By name of the variant, where it is known. */
  readonly sensitivities: Readonly<Record<string, KnownSensitivity>>;
}

interface Candidate {
  readonly path: string;
  readonly files: ModelFiles;
  readonly model: OnnxModel;
}

/**
 * Measures all variants of a model against its original, and says which to take for what. A variant that cannot be run
 * is named, and does not stop the others.
 *
 * @throws what opening and running the original throws; USAGE if there is no variant; CANCELLED
 */
export async function compareVariants(path: string, options: CompareOptions = {}): Promise<Comparison> {
  const original = await openOriginal(path, { tokenizer: options.tokenizer });
  try {
    const paths = options.variants ?? (await variantsBeside(original.files));
    if (paths.length === 0) {
      const problem = `There is no variant beside ${original.files.onnxPath}`;
      throw new OctavecError('USAGE', { problem, hint: 'Make some with "octavec quantize", or name their files.' });
    }
    const texts = options.texts ?? { texts: await verificationTexts(), source: "octavec's verification texts" };
    const embedding = { threads: options.threads, signal: options.signal, onProgress: options.onProgress };
    const { vectors } = await embedOnce(original.runnable, 'the original', texts, embedding);
    const proven: { candidate: Candidate; evidence: Evidence }[] = [];
    const unusable: { name: string; why: string }[] = [];
    for (const variant of paths) {
      try {
        const candidate = await openCandidate(variant, original, options);
        const evidence = await proveCandidate(candidate, original, vectors, texts, options, embedding);
        proven.push({ candidate, evidence });
      } catch (error) {
        if (!(error instanceof OctavecError) || error.code === 'CANCELLED') {
          throw error;
        }
        unusable.push({ name: shortName(variant), why: error.message });
      }
    }
    proven.sort((a, b) => a.evidence.file.bytes - b.evidence.file.bytes);
    const evidences =
      options.bench === false || proven.length === 0
        ? proven.map(({ evidence }) => evidence)
        : await withMeasuredRuns(original, proven, texts.texts, options);
    const sensitivities: Record<string, KnownSensitivity> = {};
    for (const { candidate, evidence } of proven) {
      const known = await readSensitivity(candidate.path);
      if (known !== undefined) {
        sensitivities[evidence.file.name] = known;
      }
    }
    return { evidences, unusable, recommendations: recommend(evidences), sensitivities };
  } finally {
    await original.close();
  }
}

/** All ONNX files in the folder of the original's, besides itself. */
async function variantsBeside({ onnxPath }: ModelFiles): Promise<string[]> {
  const folder = dirname(onnxPath);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort();
  return names.map((name) => join(folder, name)).filter((path) => resolve(path) !== resolve(onnxPath));
}

async function openCandidate(path: string, original: Original, { tokenizer }: CompareOptions): Promise<Candidate> {
  const files = await openModelFolder(path, { tokenizer, like: original.files });
  return { path, files, model: await readModel(files.onnxPath) };
}

async function proveCandidate(
  { path, files, model }: Candidate,
  original: Original,
  originalVectors: Awaited<ReturnType<typeof embedOnce>>['vectors'],
  texts: ProofTexts,
  options: CompareOptions,
  embedding: Parameters<typeof prove>[1],
): Promise<Evidence> {
  const { precision } = describePrecision(model);
  const gate = gateFor(model, options);
  const identity = await fileIdentity(model, precision);
  const proof = { original, originalVectors, candidate: files, identity, recipe: recipeOf(model), texts, gate };
  const evidence = await prove(proof, embedding);
  return withTasks(evidence, gate, path, original, options);
}

async function withMeasuredRuns(
  original: Original,
  proven: readonly { readonly candidate: Candidate; readonly evidence: Evidence }[],
  texts: readonly string[],
  options: CompareOptions,
): Promise<Evidence[]> {
  const subjects = proven.map(({ candidate, evidence }) => ({ name: evidence.file.name, model: candidate.files }));
  const [first, ...others] = await measureRuns([{ name: 'original', model: original.runnable }, ...subjects], texts, {
    embedder: { threads: options.threads },
    signal: options.signal,
    onProgress: options.onProgress,
  });
  return proven.map(({ evidence, candidate }, i) =>
    withRuns(evidence, gateFor(candidate.model, options), first, others[i]),
  );
}

function gateFor(model: OnnxModel, { gate, limits }: CompareOptions): Gate {
  return withLimits(gate ?? gatePresets[describePrecision(model).gate], limits);
}
