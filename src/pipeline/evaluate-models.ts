import type { OnProgress, TaskOptions } from '../base/index.js';
import { Embedder, type EmbedderOptions, type VectorCache } from '../embed/index.js';
import type { EngineChoice } from '../engine/index.js';
import type { FileIdentity } from '../evaluate/index.js';
import { type ModelFiles, openModelFolder } from '../model/index.js';
import { readModel } from '../onnx/index.js';
import {
  compareResults,
  type EmbedTexts,
  evaluateRetrieval,
  evaluateTask,
  type Task,
  type TaskComparison,
  type TaskResult,
  taskEmbedder,
} from '../tasks/index.js';
import { describePrecision } from './describe-precision.js';
import { fileIdentity } from './file-identity.js';
import { type Original, openOriginal, vectorsHash } from './original.js';
import { openVectorCache, type VectorCacheOptions } from './vector-cache.js';

export interface EvaluateOptions extends TaskOptions, VectorCacheOptions {
  readonly tasks: readonly Task[];
  /** The original to compare with: a folder or an .onnx file. */
  readonly against?: string;
  /** Which file of the folder. */
  readonly variant?: string;
  readonly tokenizer?: string;
  readonly threads?: number;
  /** Runs the model; an original always runs on ONNX Runtime, in its own precision. */
  readonly engine?: EngineChoice;
  /** Compare retrieval with new queries on the old index, too. */
  readonly asymmetric?: boolean;
}

export interface Evaluation {
  readonly model: FileIdentity;
  readonly results: readonly TaskResult[];
  readonly original?: FileIdentity;
  readonly originalResults?: readonly TaskResult[];
  /** Candidate against original, where there is one. */
  readonly comparisons?: readonly TaskComparison[];
}

/** A model that is about to be evaluated. */
interface Subject {
  readonly files: ModelFiles;
  /** How its vectors are told from others' in the cache. */
  readonly hash: string;
  readonly engine?: EngineChoice;
}

/** How tasks are run. */
export interface TaskRun extends TaskOptions {
  readonly tasks: readonly Task[];
  readonly threads?: number;
  readonly cache: VectorCache | undefined;
}

/**
 * Evaluates a model in tasks and, where an original is given, says of every difference whether it is more than noise.
 * Vectors are kept on disk: what was interrupted goes on where it was.
 *
 * @throws what opening and running the models throws; CANCELLED, OUTPUT_NOT_WRITABLE (cache), DATA_INVALID
 */
export async function evaluateModel(path: string, options: EvaluateOptions): Promise<Evaluation> {
  const { tokenizer, variant, against, engine, tasks, threads, signal, onProgress } = options;
  const run = { tasks, threads, signal, onProgress, cache: await openVectorCache(options) };
  if (against === undefined) {
    const { files, identity } = await openCandidate(await openModelFolder(path, { tokenizer, variant }));
    const subject = { files, hash: identity.sha256, engine };
    return { model: identity, results: await evaluateAll(subject, 'the model', run) };
  }
  const original = await openOriginal(against, { tokenizer });
  try {
    const like = original.files;
    const { files, identity } = await openCandidate(await openModelFolder(path, { tokenizer, variant, like }));
    const originalResults = await evaluateOriginal(original, run);
    const candidate = { files, identity, engine };
    const { results, comparisons } = await evaluateCandidate(candidate, originalResults, run);
    const asymmetric = options.asymmetric
      ? await compareOnOldIndex(subjectOf(original), { ...candidate, hash: identity.sha256 }, originalResults, run)
      : [];
    return {
      model: identity,
      results,
      original: original.identity,
      originalResults,
      comparisons: [...comparisons, ...asymmetric],
    };
  } finally {
    await original.close();
  }
}

/** What an original reaches in the tasks of a run; every candidate is compared with it. */
export function evaluateOriginal(original: Original, run: TaskRun): Promise<TaskResult[]> {
  return evaluateAll(subjectOf(original), 'the original', run);
}

/** A candidate in the tasks of a run, compared with what the original reached in them. */
export async function evaluateCandidate(
  { files, identity, engine }: Pick<Subject, 'files' | 'engine'> & { readonly identity: FileIdentity },
  originalResults: readonly TaskResult[],
  run: TaskRun,
): Promise<{ readonly results: readonly TaskResult[]; readonly comparisons: readonly TaskComparison[] }> {
  const results = await evaluateAll({ files, engine, hash: identity.sha256 }, identity.precision, run);
  const comparisons: TaskComparison[] = [];
  for (const [i, result] of results.entries()) {
    const { signal, onProgress } = run;
    comparisons.push(...(await compareResults(originalResults[i], result, { signal, onProgress })));
  }
  return { results, comparisons };
}

async function openCandidate(files: ModelFiles): Promise<{ files: ModelFiles; identity: FileIdentity }> {
  const model = await readModel(files.onnxPath);
  return { files, identity: await fileIdentity(model, describePrecision(model).precision) };
}

function subjectOf(original: Original): Subject {
  return { files: original.runnable, hash: vectorsHash(original) };
}

async function evaluateAll(subject: Subject, name: string, run: TaskRun): Promise<TaskResult[]> {
  await using embedder = await loadSubject(subject, run);
  const embed = embedderOf(embedder, subject, run);
  const results: TaskResult[] = [];
  for (const task of run.tasks) {
    const onProgress = suffixed(run.onProgress, ` with ${name}`);
    results.push(await evaluateTask(task, embed, { signal: run.signal, onProgress }));
  }
  return results;
}

/** Queries of the candidate on documents of the original, against the original alone. */
async function compareOnOldIndex(
  before: Subject,
  after: Subject,
  originalResults: readonly TaskResult[],
  run: TaskRun,
): Promise<TaskComparison[]> {
  await using old = await loadSubject(before, run);
  await using young = await loadSubject(after, run);
  const [embedDocuments, embedQueries] = [embedderOf(old, before, run), embedderOf(young, after, run)];
  const comparisons: TaskComparison[] = [];
  for (const [i, task] of run.tasks.entries()) {
    if (task.kind === 'retrieval') {
      const onProgress = suffixed(run.onProgress, ' on the old index');
      const taskOptions = { signal: run.signal, onProgress };
      const result = await evaluateRetrieval(task, embedQueries, taskOptions, embedDocuments);
      comparisons.push(...(await compareResults(originalResults[i], result, { ...taskOptions, asymmetric: true })));
    }
  }
  return comparisons;
}

function loadSubject({ files, engine }: Subject, { threads }: TaskRun): Promise<Embedder> {
  const embedderOptions: EmbedderOptions = { threads, engine };
  return Embedder.load(files, embedderOptions);
}

function embedderOf(embedder: Embedder, { hash }: Subject, { cache }: TaskRun): EmbedTexts {
  return taskEmbedder(embedder, cache && { ...cache, modelHash: hash });
}

function suffixed(onProgress: OnProgress | undefined, suffix: string): OnProgress | undefined {
  return onProgress && ((event) => onProgress({ ...event, stage: event.stage + suffix }));
}
