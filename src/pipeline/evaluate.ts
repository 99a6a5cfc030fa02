import {
  checkCallback,
  checkCount,
  checkFlag,
  checkLocation,
  checkOptions,
  checkTaskOptions,
  checkText,
  type Location,
  OctavecError,
  type OptionChecks,
  oneOf,
} from '../base/index.js';
import { type EngineChoice, engineChoices } from '../engine/index.js';
import type { FileIdentity } from '../evaluate/index.js';
import { type ModelOverrides, modelOverrideChecks, overridesOf } from '../model/index.js';
import {
  compareOnOldIndex,
  compareTasks,
  evaluateCandidate,
  evaluateOriginal,
  openCandidate,
  openOriginal,
  openVectorCache,
  type TaskRun,
  type VectorCacheOptions,
} from '../proof/index.js';
import type { Task, TaskComparison, TaskResult } from '../tasks/index.js';
import { comparisonChecks } from './option-checks.js';

/** What `evaluate` measures, and how. */
export interface EvaluateOptions extends Omit<TaskRun, 'cache'>, VectorCacheOptions, ModelOverrides {
  /** What the model is evaluated on; see `readTask`. */
  readonly tasks: readonly Task[];
  /** The original to compare with: a folder or an .onnx file. */
  readonly against?: Location;
  /** Which file of the folder. */
  readonly variant?: string;
  /** Runs the model; an original always runs on ONNX Runtime, in its own precision. */
  readonly engine?: EngineChoice;
  /** Compare retrieval with new queries on the old index, too. */
  readonly asymmetric?: boolean;
}

const optionChecks: OptionChecks<EvaluateOptions> = {
  ...checkTaskOptions,
  tasks: comparisonChecks.tasks,
  ...modelOverrideChecks,
  threads: checkCount,
  cache: comparisonChecks.cache,
  onNote: checkCallback,
  against: checkLocation,
  variant: checkText,
  engine: oneOf(engineChoices),
  asymmetric: checkFlag,
};

/** Results of tasks, of a model and of the original beside it. */
export interface Evaluation {
  /** The model that was evaluated. */
  readonly model: FileIdentity;
  /** Its results, a task each. */
  readonly results: readonly TaskResult[];
  /** The original beside it, if one was given. */
  readonly original?: FileIdentity;
  /** The original's results, a task each. */
  readonly originalResults?: readonly TaskResult[];
  /** Candidate against original, where there is one. */
  readonly comparisons?: readonly TaskComparison[];
}

/**
 * Evaluates a model in tasks and, where an original is given, says of every difference whether it is more than noise.
 * Vectors are kept on disk: what was interrupted goes on where it was.
 *
 * @param path model folder or .onnx file
 * @throws what opening and running the models throws; CANCELLED, OUTPUT_NOT_WRITABLE (cache), DATA_INVALID
 *
 * @example
 * ```ts
 * const tasks = [await readTask('scifact-mini')];
 * const { results } = await evaluate('./all-MiniLM-L6-v2', { tasks });
 * console.log(results[0].metrics);
 * ```
 */
export async function evaluate(path: Location, options: EvaluateOptions): Promise<Evaluation> {
  checkOptions(options, optionChecks);
  if (!Array.isArray(options?.tasks)) {
    throw new OctavecError('USAGE', { problem: 'The option tasks is missing', hint: 'Give what readTask() returns.' });
  }
  const { variant, against, engine, tasks, threads, signal, onProgress, onNote } = options;
  const overrides = overridesOf(options);
  const run = { tasks, threads, signal, onProgress, onNote, cache: await openVectorCache(options) };
  if (against === undefined) {
    const model = await openCandidate(path, { ...overrides, variant, engine });
    return { model: model.identity, results: await evaluateCandidate(model, 'the model', run) };
  }
  await using original = await openOriginal(against, overrides);
  const candidate = await openCandidate(path, { ...overrides, variant, like: original.files, engine });
  const originalResults = await evaluateOriginal(original, run);
  const results = await evaluateCandidate(candidate, candidate.identity.precision, run);
  const comparisons = await compareTasks(originalResults, results, run);
  const asymmetric = options.asymmetric ? await compareOnOldIndex(original, candidate, originalResults, run) : [];
  return {
    model: candidate.identity,
    results,
    original: original.identity,
    originalResults,
    comparisons: [...comparisons, ...asymmetric],
  };
}
