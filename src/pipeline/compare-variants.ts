import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { distinctEnds, OctavecError, reasonOf } from '../base/index.js';
import { measureRuns } from '../benchmark/index.js';
import type { VectorCache } from '../embed/index.js';
import type { EngineChoice } from '../engine/index.js';
import {
  type Evidence,
  type GateChoice,
  type Measurements,
  type Reading,
  verificationTexts,
} from '../evaluate/index.js';
import { readHostFacts } from '../host/index.js';
import { type ModelFiles, openModelFolder } from '../model/index.js';
import type { Matrix } from '../numbers/index.js';
import { type OnnxModel, readModel } from '../onnx/index.js';
import { recipeOf } from '../quantize/index.js';
import { describePrecision } from './describe-precision.js';
import { fileGate, judged } from './file-gate.js';
import { fileIdentity, shortName } from './file-identity.js';
import { type Original, openOriginal, vectorsHash } from './original.js';
import { benchTexts, embedOnce, type ProofTexts, prove, withRuns } from './prove.js';
import { type KnownSensitivity, readSensitivity } from './read-sensitivity.js';
import { type Recommendation, recommend } from './recommend.js';
import { type TaskEvidenceOptions, type TaskReference, taskReference, withTasks } from './task-evidence.js';
import { openVectorCache } from './vector-cache.js';

export interface CompareOptions extends TaskEvidenceOptions, GateChoice {
  /** ONNX files to compare; by default all in the folder besides the original. */
  readonly variants?: readonly string[];
  /**
   * What runs them, side by side; ONNX Runtime by default. With another engine, the original's own file is a candidate,
   * too: the original itself always runs on ONNX Runtime.
   */
  readonly engines?: readonly EngineChoice[];
  readonly texts?: ProofTexts;
  /** Measure speed and memory, true by default. */
  readonly bench?: boolean;
}

/** A variant that could not be run, and why. */
export interface UnusableVariant {
  readonly name: string;
  readonly why: string;
}

/** All variants of a model, measured under the same conditions. */
export interface Comparison {
  /** Smallest first. */
  readonly evidences: readonly Evidence[];
  readonly unusable: readonly UnusableVariant[];
  readonly recommendations: readonly Recommendation[];
  /** By name of the variant, where it is known. */
  readonly sensitivities: Readonly<Record<string, KnownSensitivity>>;
}

interface Candidate {
  readonly path: string;
  /** Tells it from the others. */
  readonly name: string;
  readonly engine: EngineChoice | undefined;
  readonly files: ModelFiles;
  readonly model: OnnxModel;
}

interface Proven {
  readonly candidate: Candidate;
  readonly measured: Measurements;
}

/**
 * Measures all variants of a model against its original, and says which to take for what. A variant that cannot be run
 * is named, and does not stop the others.
 *
 * @throws what opening and running the original throws; USAGE if there is no variant; CANCELLED
 */
export async function compareVariants(path: string, options: CompareOptions = {}): Promise<Comparison> {
  const cache = await openVectorCache(options);
  const original = await openOriginal(path, { tokenizer: options.tokenizer });
  try {
    const texts = options.texts ?? { texts: await verificationTexts(), source: "octavec's verification texts" };
    const runs = await runsOf(original, options);
    const embedding = { threads: options.threads, signal: options.signal, onProgress: options.onProgress };
    const kept = cache && { ...cache, modelHash: vectorsHash(original) };
    const { vectors, reading } = await embedOnce(original.runnable, 'the original', texts, embedding, kept);
    const reference = {
      original,
      vectors,
      reading,
      texts,
      cache,
      tasks: await taskReference(original, options, cache),
    };
    const proven: Proven[] = [];
    const unusable: UnusableVariant[] = [];
    for (const run of runs) {
      try {
        const candidate = await openCandidate(run, original, options);
        const measured = await proveCandidate(candidate, reference, embedding);
        if (!isKnown(candidate, measured, original, proven)) {
          proven.push({ candidate, measured });
        }
      } catch (error) {
        if (!(error instanceof OctavecError) || error.code === 'CANCELLED') {
          throw error;
        }
        unusable.push({ name: nameOf(run), why: reasonOf(error) });
      }
    }
    proven.sort((a, b) => a.measured.file.bytes - b.measured.file.bytes);
    const all =
      options.bench === false || proven.length === 0
        ? proven
        : await withMeasuredRuns(original, proven, benchTexts(texts.texts), options);
    const evidences = all.map(({ candidate, measured }) =>
      judged(measured, fileGate(candidate.model, measured, options)),
    );
    const sensitivities: Record<string, KnownSensitivity> = {};
    for (const { candidate, measured } of proven) {
      const known = await readSensitivity(candidate.path);
      if (known !== undefined) {
        sensitivities[measured.file.name] = known;
      }
    }
    const { cpuFlags } = await readHostFacts();
    const recommendations = recommend(evidences, {
      strict: options.presets?.strict,
      measuredWithVnni: cpuFlags.includes('avx512_vnni'),
    });
    return { evidences, unusable, recommendations, sensitivities };
  } finally {
    await original.close();
  }
}

/** `auto` may have come to the same engine as another choice, or as the original. */
function isKnown(
  { path }: Candidate,
  { engine }: Measurements,
  original: Original,
  proven: readonly Proven[],
): boolean {
  const sameRun = ({ candidate, measured }: Proven) => candidate.path === path && measured.engine.name === engine.name;
  const isOriginal = resolve(path) === resolve(original.files.onnxPath) && engine.name === 'onnxruntime';
  return isOriginal || proven.some(sameRun);
}

/** One file in one engine. */
type Run = Pick<Candidate, 'path' | 'engine' | 'name'>;

async function runsOf({ files }: Original, { variants, engines = ['onnxruntime'] }: CompareOptions): Promise<Run[]> {
  const paths = variants ?? (await variantsBeside(files));
  const names = distinctNames(files.onnxPath, paths);
  const runs = engines.flatMap((engine) => {
    const own = engine === 'onnxruntime' || variants !== undefined ? [] : [files.onnxPath];
    return [...own, ...paths].map((path) => ({ path, engine, name: names.get(resolve(path)) ?? shortName(path) }));
  });
  if (runs.length === 0) {
    const problem = `There is no variant beside ${files.onnxPath}`;
    throw new OctavecError('USAGE', { problem, hint: 'Make some with "octavec quantize", or name their files.' });
  }
  return runs;
}

/** Names by path: as short as tells the files from each other and from the original. */
function distinctNames(original: string, paths: readonly string[]): ReadonlyMap<string, string> {
  const all = [...new Set([original, ...paths].map((path) => resolve(path)))];
  const names = distinctEnds(all, (parts) => (parts.at(-2) === 'onnx' ? 2 : 1));
  // The original is called what it is always called.
  return new Map(all.map((path, i) => [path, i === 0 ? shortName(path) : names[i]]));
}

function nameOf({ name, engine }: Run): string {
  return engine === undefined || engine === 'onnxruntime' ? name : `${name} (${engine})`;
}

/** All ONNX files in the folder of the original's, besides itself. */
async function variantsBeside({ onnxPath }: ModelFiles): Promise<string[]> {
  const folder = dirname(onnxPath);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort();
  return names.map((name) => join(folder, name)).filter((path) => resolve(path) !== resolve(onnxPath));
}

async function openCandidate(run: Run, original: Original, { tokenizer }: CompareOptions): Promise<Candidate> {
  const files = await openModelFolder(run.path, { tokenizer, like: original.files });
  return { ...run, files, model: await readModel(files.onnxPath) };
}

/** What all candidates are compared with. */
interface Reference {
  readonly original: Original;
  readonly vectors: Matrix;
  readonly reading: Reading;
  readonly texts: ProofTexts;
  readonly tasks: TaskReference | undefined;
  readonly cache: VectorCache | undefined;
}

async function proveCandidate(
  { name, engine, files, model }: Candidate,
  { original, vectors, reading, texts, tasks, cache }: Reference,
  embedding: Parameters<typeof prove>[1],
): Promise<Measurements> {
  const { precision } = describePrecision(model);
  const identity = { ...(await fileIdentity(model, precision)), name };
  const proven = await prove(
    {
      original,
      originalVectors: vectors,
      originalReading: reading,
      candidate: files,
      identity,
      recipe: recipeOf(model),
      texts,
      kept: cache && { ...cache, modelHash: identity.sha256 },
    },
    { ...embedding, engine },
  );
  return withTasks(proven, files, engine, tasks);
}

async function withMeasuredRuns(
  original: Original,
  proven: readonly Proven[],
  texts: readonly string[],
  options: CompareOptions,
): Promise<Proven[]> {
  const subjects = proven.map(({ candidate: { files, engine }, measured }) => ({
    name: measured.file.name,
    model: files,
    embedder: { engine },
  }));
  const [first, ...others] = await measureRuns([{ name: 'original', model: original.runnable }, ...subjects], texts, {
    embedder: { threads: options.threads },
    signal: options.signal,
    onProgress: options.onProgress,
  });
  return proven.map(({ candidate, measured }, i) => ({ candidate, measured: withRuns(measured, first, others[i]) }));
}
