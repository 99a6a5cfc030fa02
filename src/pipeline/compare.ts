import { resolve } from 'node:path';
import { checkFlag, checkOptions, checkText, type Location, listOf, type OptionChecks, oneOf } from '../base/index.js';
import { type EngineChoice, engineChoices } from '../engine/index.js';
import type { Evidence, GateChoice } from '../evaluate/index.js';
import { readHostFacts } from '../host/index.js';
import { type KnownSensitivity, readSensitivity } from '../methods/index.js';
import { type ModelOverrides, overridesOf } from '../model/index.js';
import {
  type Alternative,
  type Candidate,
  fileGate,
  judged,
  measureSpeeds,
  type Original,
  openCandidate,
  openOriginal,
  openProof,
  openVectorCache,
  otherKindThan,
  type Proof,
  type ProofTexts,
  type Proven,
  prove,
  type TaskRun,
  type VectorCacheOptions,
  withRuns,
} from '../proof/index.js';
import { embeddedTaskNames, readTask, type Task } from '../tasks/index.js';
import { judgedAlternative, type ProvenAlternative, proveAlternatives } from './compare-alternatives.js';
import { type Run, runsOf } from './compared-files.js';
import { comparisonChecks } from './option-checks.js';
import { orUnusable, type UnusableVariant } from './or-unusable.js';
import { type Recommendation, recommend } from './recommend.js';
import { type TwoPasses, tryTwoPasses } from './try-two-passes.js';

/** What `compare` compares, and how. */
export interface CompareOptions extends Omit<TaskRun, 'cache'>, VectorCacheOptions, GateChoice, ModelOverrides {
  /**
   * ONNX files to compare, by default all in the folder besides the original; and folders of other models. Of these, static
   * models beside an encoder, and models with vectors of another length, are judged by tasks: octavec's own where none are given.
   */
  readonly variants?: readonly string[];
  /**
   * What runs them, side by side; `auto` by default. With `native` or `native-bf16`, the original's own file is a candidate,
   * too: the original itself always runs on ONNX Runtime.
   */
  readonly engines?: readonly EngineChoice[];
  /** What original and candidates embed; octavec's verification texts by default. */
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

/** All variants of a model, measured under the same conditions. */
export interface Comparison {
  /** Smallest first. */
  readonly evidences: readonly Evidence[];
  /** Models whose vectors are of another kind than the original's; smallest first. */
  readonly alternatives: readonly Alternative[];
  /** A static model for the first pass of a search, a variant or the original for the second; where both were compared. */
  readonly twoPasses?: TwoPasses;
  /** Variants that could not be measured, and why. */
  readonly unusable: readonly UnusableVariant[];
  /** What is recommended for which use. */
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
  const { texts, threads, signal, onProgress, onNote } = options;
  const cache = await openVectorCache(options);
  await using original = await openOriginal(path, overridesOf(options));
  const opened = await openAll(original, await runsOf(original, options), options);
  const tasks = await tasksFor(opened.others, options);
  const run = { tasks, cache, threads, signal, onProgress, onNote };
  const proof = await openProof(original, { ...run, texts, keepsVectors: true });
  const variants = await proveAll(proof, opened.variants);
  const others = await proveAlternatives(proof, opened.others);
  const sorted = variants.proven.toSorted((a, b) => a.measured.file.bytes - b.measured.file.bytes);
  const { measured, measuredOthers } = await withSpeed(proof, sorted, others.proven, options);
  const evidences = measured.map((each, i) => judged(each, fileGate(sorted[i].candidate, each, options)));
  const alternatives = measuredOthers.map((each) => judgedAlternative(each, options));
  const twoPasses = await tryTwoPasses(
    proof,
    evidences.map((evidence, i) => ({ evidence, candidate: sorted[i].candidate })),
    alternatives.map((alternative, i) => ({ alternative, candidate: others.proven[i].candidate })),
    run,
  );
  const { cpuFlags } = await readHostFacts();
  const recommendations = recommend(evidences, {
    strict: options.presets?.strict,
    measuredWithVnni: cpuFlags.includes('avx512_vnni'),
    twoPasses,
  });
  const unusable = [...opened.unusable, ...variants.unusable, ...others.unusable];
  return {
    ...{ evidences, alternatives, twoPasses, unusable, recommendations },
    sensitivities: await knownSensitivities(sorted),
  };
}

/** A candidate that was opened, and what it stands for. */
interface OpenedRun {
  readonly run: Run;
  readonly candidate: Candidate;
  /** The same file runs in other engines, too. */
  readonly isOneOfSeveral: boolean;
}

async function openAll(original: Original, runs: readonly Run[], options: CompareOptions) {
  const variants: OpenedRun[] = [];
  const others: { readonly name: string; readonly candidate: Candidate }[] = [];
  const unusable: UnusableVariant[] = [];
  const isOfAnotherKind = otherKindThan(original);
  for (const run of runs) {
    const { path, name, engine } = run;
    await orUnusable(run, unusable, async () => {
      const candidate = await openCandidate(path, { ...overridesOf(options), like: original.files, name, engine });
      if (!(await isOfAnotherKind(candidate))) {
        variants.push({
          run,
          candidate,
          isOneOfSeveral: runs.some((one) => one.path === path && one.engine !== engine),
        });
      } else if (!others.some((other) => other.name === name)) {
        others.push({ name, candidate });
      }
    });
  }
  return { variants, others, unusable };
}

/**
 * Returns the tasks to compare by. Models of another kind have nothing else to be judged by, so they get the embedded
 * ones.
 */
async function tasksFor(others: readonly unknown[], { tasks = [], onNote }: CompareOptions): Promise<readonly Task[]> {
  if (others.length === 0 || tasks.length > 0) {
    return tasks;
  }
  const names = embeddedTaskNames.join(' and ');
  onNote?.(`models of another kind are judged by tasks: ${names}, which are English and come with octavec (\`tasks\`)`);
  return await Promise.all(embeddedTaskNames.map((name) => readTask(name)));
}

async function proveAll(
  proof: Proof,
  runs: readonly OpenedRun[],
): Promise<{ readonly proven: readonly Proven[]; readonly unusable: readonly UnusableVariant[] }> {
  const proven: Proven[] = [];
  const unusable: UnusableVariant[] = [];
  for (const { run, candidate, isOneOfSeveral } of runs) {
    await orUnusable(run, unusable, async () => {
      const measured = withEngineName(await prove(proof, candidate), isOneOfSeveral);
      if (!isKnown({ candidate, measured }, proof.original, proven)) {
        proven.push({ candidate, measured });
      }
    });
  }
  return { proven, unusable };
}

async function withSpeed(
  proof: Proof,
  proven: readonly Proven[],
  others: readonly ProvenAlternative[],
  { bench = true }: CompareOptions,
) {
  const measured = proven.map((each) => each.measured);
  const measuredOthers = others.map((each) => each.measured);
  if (!bench || measured.length + measuredOthers.length === 0) {
    return { measured, measuredOthers };
  }
  const subjects = [...proven, ...others].map(({ candidate, measured: { file } }) => ({ candidate, name: file.name }));
  const { original, runs } = await measureSpeeds(proof, subjects);
  return {
    measured: measured.map((each, i) => withRuns(each, original, runs[i])),
    measuredOthers: measuredOthers.map((each, i) => withRuns(each, original, runs[proven.length + i])),
  };
}

/** Adds the engine to the name of a file that is compared on several engines, including the one that `auto` chose. */
function withEngineName(evidence: Evidence, isOneOfSeveral: boolean): Evidence {
  const { file, engine } = evidence;
  const ending = ` (${engine.name})`;
  return isOneOfSeveral && engine.name !== 'onnxruntime' && !file.name.endsWith(ending)
    ? { ...evidence, file: { ...file, name: `${file.name}${ending}` } }
    : evidence;
}

/**
 * Says whether a file was already proven on this engine: `auto` may have chosen that of another run, or of the
 * original.
 */
function isKnown({ candidate, measured }: Proven, original: Original, proven: readonly Proven[]): boolean {
  const path = pathOf(candidate);
  const { name } = measured.engine;
  const isOriginal = path === resolve(original.files.onnxPath) && name === 'onnxruntime';
  return isOriginal || proven.some((known) => pathOf(known.candidate) === path && known.measured.engine.name === name);
}

function pathOf({ files }: Proven['candidate']): string {
  return resolve(files.onnxPath);
}

/** Collects what `auto` found out about the variants that it made. */
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
