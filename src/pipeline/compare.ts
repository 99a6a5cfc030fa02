import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  checkFlag,
  checkOptions,
  checkText,
  distinctEnds,
  type Location,
  listOf,
  OctavecError,
  type OptionChecks,
  oneOf,
  reasonOf,
} from '../base/index.js';
import { type EngineChoice, engineChoices } from '../engine/index.js';
import type { Evidence, GateChoice } from '../evaluate/index.js';
import { readHostFacts } from '../host/index.js';
import { type KnownSensitivity, readSensitivity } from '../methods/index.js';
import { listOnnxFiles, type ModelFiles, type ModelOverrides, overridesOf, variantOfPath } from '../model/index.js';
import {
  fileGate,
  judged,
  measureSpeed,
  type Original,
  openCandidate,
  openOriginal,
  openProof,
  openVectorCache,
  type Proof,
  type ProofTexts,
  type Proven,
  prove,
  shortName,
  type TaskRun,
  type VectorCacheOptions,
} from '../proof/index.js';
import { comparisonChecks } from './option-checks.js';
import { type Recommendation, recommend } from './recommend.js';

export interface CompareOptions extends Omit<TaskRun, 'cache'>, VectorCacheOptions, GateChoice, ModelOverrides {
  /** ONNX files to compare; by default all in the folder besides the original. */
  readonly variants?: readonly string[];
  /**
   * What runs them, side by side; `auto` by default. With `native` or `native-bf16`, the original's own file is a candidate,
   * too: the original itself always runs on ONNX Runtime.
   */
  readonly engines?: readonly EngineChoice[];
  readonly texts?: ProofTexts;
  /** Measure speed and memory, true by default. */
  readonly bench?: boolean;
}

const optionChecks: OptionChecks<CompareOptions> = {
  ...comparisonChecks,
  variants: listOf(checkText),
  engines: listOf(oneOf(engineChoices)),
  bench: checkFlag,
};

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

/**
 * Measures all variants of a model against its original, and says which to take for what. A variant that cannot be run
 * is named, and does not stop the others.
 *
 * @param path model folder or .onnx file: the original
 * @throws what opening and running the original throws; USAGE if there is no variant; CANCELLED
 *
 * @example
 * ```ts
 * const { evidences, recommendations } = await compare('./all-MiniLM-L6-v2');
 * for (const { file, fidelity } of evidences) {
 *   console.log(file.name, fidelity.cosine.mean);
 * }
 * ```
 */
export async function compare(path: Location, options: CompareOptions = {}): Promise<Comparison> {
  checkOptions(options, optionChecks);
  const { texts, tasks, threads, signal, onProgress, onNote } = options;
  const overrides = overridesOf(options);
  const cache = await openVectorCache(options);
  await using original = await openOriginal(path, overrides);
  const runs = await runsOf(original, options);
  const proof = await openProof(original, {
    texts,
    tasks,
    cache,
    keepsVectors: true,
    threads,
    signal,
    onProgress,
    onNote,
  });
  const { proven, unusable } = await proveAll(proof, runs, overrides);
  const sorted = proven.toSorted((a, b) => a.measured.file.bytes - b.measured.file.bytes);
  const isMeasured = options.bench !== false && sorted.length > 0;
  const measured = isMeasured
    ? (await measureSpeed(proof, sorted)).measured
    : sorted.map((candidate) => candidate.measured);
  const evidences = measured.map((each, i) => judged(each, fileGate(sorted[i].candidate, each, options)));
  const { cpuFlags } = await readHostFacts();
  const recommendations = recommend(evidences, {
    strict: options.presets?.strict,
    measuredWithVnni: cpuFlags.includes('avx512_vnni'),
  });
  return { evidences, unusable, recommendations, sensitivities: await knownSensitivities(sorted) };
}

/** One file in one engine. */
interface Run {
  readonly path: string;
  /** Tells it from the others. */
  readonly name: string;
  readonly engine: EngineChoice;
}

async function proveAll(
  proof: Proof,
  runs: readonly Run[],
  overrides: ModelOverrides,
): Promise<{ readonly proven: readonly Proven[]; readonly unusable: readonly UnusableVariant[] }> {
  const proven: Proven[] = [];
  const unusable: UnusableVariant[] = [];
  for (const { path, name, engine } of runs) {
    try {
      const candidate = await openCandidate(path, { ...overrides, like: proof.original.files, name, engine });
      const isOneOfSeveral = runs.some((run) => run.path === path && run.engine !== engine);
      const measured = withEngineName(await prove(proof, candidate), isOneOfSeveral);
      if (!isKnown({ candidate, measured }, proof.original, proven)) {
        proven.push({ candidate, measured });
      }
    } catch (error) {
      if (!(error instanceof OctavecError) || error.code === 'CANCELLED') {
        throw error;
      }
      unusable.push({
        name: engine === 'onnxruntime' || engine === 'auto' ? name : `${name} (${engine})`,
        why: reasonOf(error),
      });
    }
  }
  return { proven, unusable };
}

/** Where a file is compared with itself on several engines, its name tells which it was, also of `auto`. */
function withEngineName(evidence: Evidence, isOneOfSeveral: boolean): Evidence {
  const { file, engine } = evidence;
  const ending = ` (${engine.name})`;
  return isOneOfSeveral && engine.name !== 'onnxruntime' && !file.name.endsWith(ending)
    ? { ...evidence, file: { ...file, name: `${file.name}${ending}` } }
    : evidence;
}

/** `auto` may have come to the same engine as another choice, or as the original. */
function isKnown({ candidate, measured }: Proven, original: Original, proven: readonly Proven[]): boolean {
  const path = pathOf(candidate);
  const { name } = measured.engine;
  const isOriginal = path === resolve(original.files.onnxPath) && name === 'onnxruntime';
  return isOriginal || proven.some((known) => pathOf(known.candidate) === path && known.measured.engine.name === name);
}

function pathOf({ files }: Proven['candidate']): string {
  return resolve(files.onnxPath);
}

async function runsOf({ files }: Original, { variants, engines = ['auto'] }: CompareOptions): Promise<Run[]> {
  const paths = variants ?? (await variantsBeside(files));
  const names = distinctNames(files.onnxPath, paths);
  const runs = engines.flatMap((engine) => {
    const isOwn = (engine === 'native' || engine === 'native-bf16') && variants === undefined;
    const own = isOwn ? [files.onnxPath] : [];
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

/** All ONNX files in the folder of the original's, besides itself. */
async function variantsBeside({ onnxPath, folder: modelFolder, staticReading }: ModelFiles): Promise<string[]> {
  if (staticReading !== undefined && modelFolder !== undefined) {
    // Its own table stands in model.onnx once more, for other programs.
    return (await listOnnxFiles(modelFolder)).filter(
      (path) => resolve(path) !== resolve(onnxPath) && variantOfPath(path) !== 'fp32',
    );
  }
  const folder = dirname(onnxPath);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort();
  return names.map((name) => join(folder, name)).filter((path) => resolve(path) !== resolve(onnxPath));
}

/** What `auto` found out about the variants that it made. */
async function knownSensitivities(proven: readonly Proven[]): Promise<Record<string, KnownSensitivity>> {
  const sensitivities: Record<string, KnownSensitivity> = {};
  for (const { candidate, measured } of proven) {
    const known = await readSensitivity(candidate.files.onnxPath);
    if (known !== undefined) {
      sensitivities[measured.file.name] = known;
    }
  }
  return sensitivities;
}
