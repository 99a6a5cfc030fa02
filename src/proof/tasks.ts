import type { OnProgress, TaskOptions } from '../base/index.js';
import { Embedder, type VectorCache } from '../embed/index.js';
import type { Device, EngineChoice } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import {
  compareResults,
  type EmbedTexts,
  evaluateRetrieval,
  evaluateTask,
  evaluateTwoPasses,
  type Task,
  type TaskComparison,
  type TaskResult,
  taskEmbedder,
} from '../tasks/index.js';
import type { Candidate } from './candidate.js';
import { asOriginalError, type Original, vectorsHash } from './original.js';

/** How tasks are run. */
export interface TaskRun extends TaskOptions {
  readonly tasks?: readonly Task[];
  readonly threads?: number;
  /** Where the tasks' vectors are kept. */
  readonly cache?: VectorCache;
  /** Told what was assumed of a model. */
  readonly onNote?: (note: string) => void;
}

/** A model that is evaluated. */
interface Subject {
  readonly files: ModelFiles;
  /** How its vectors are told from others' in the cache. */
  readonly hash: string;
  readonly engine?: EngineChoice;
  readonly device?: Device;
}

/** Evaluates an original in the tasks of a run; every candidate is compared with it. */
export function evaluateOriginal(original: Original, run: TaskRun): Promise<TaskResult[]> {
  return evaluateAll(subjectOf(original), 'the original', run).catch((error: unknown) => {
    throw asOriginalError(error, original, 'texts of a task');
  });
}

/** Evaluates a model in the tasks of a run. */
export function evaluateCandidate(candidate: Candidate, name: string, run: TaskRun): Promise<TaskResult[]> {
  return evaluateAll(candidateSubject(candidate), name, run);
}

/** Compares what a candidate reached in tasks with what the original did. */
export async function compareTasks(
  originalResults: readonly TaskResult[],
  results: readonly TaskResult[],
  { signal, onProgress }: TaskOptions,
): Promise<TaskComparison[]> {
  const comparisons: TaskComparison[] = [];
  for (const [i, result] of results.entries()) {
    comparisons.push(...(await compareResults(originalResults[i], result, { signal, onProgress })));
  }
  return comparisons;
}

/** Compares queries of the candidate on documents of the original with the original alone. */
export async function compareOnOldIndex(
  original: Original,
  candidate: Candidate,
  originalResults: readonly TaskResult[],
  run: TaskRun,
): Promise<TaskComparison[]> {
  const [before, after] = [subjectOf(original), candidateSubject(candidate)];
  await using old = await loadSubject(before, run);
  await using young = await loadSubject(after, run);
  const [embedDocuments, embedQueries] = [embedderOf(old, before, run), embedderOf(young, after, run)];
  const comparisons: TaskComparison[] = [];
  for (const [i, task] of (run.tasks ?? []).entries()) {
    if (task.kind === 'retrieval') {
      const onProgress = suffixed(run.onProgress, ' on the old index');
      const taskOptions = { signal: run.signal, onProgress };
      const result = await evaluateRetrieval(task, embedQueries, taskOptions, embedDocuments);
      comparisons.push(...(await compareResults(originalResults[i], result, { ...taskOptions, asymmetric: true })));
    }
  }
  return comparisons;
}

/**
 * Searches in two passes: the first model finds the nearest documents, the second, or the original where there is none, orders
 * them. Against the original alone.
 */
export async function compareTwoPasses(
  original: Original,
  [first, second]: readonly [Candidate, Candidate | undefined],
  candidates: number,
  originalResults: readonly TaskResult[],
  run: TaskRun,
): Promise<TaskComparison[]> {
  const [quick, careful] = [
    candidateSubject(first),
    second === undefined ? subjectOf(original) : candidateSubject(second),
  ];
  await using quickEmbedder = await loadSubject(quick, run);
  await using carefulEmbedder = await loadSubject(careful, run);
  const embeds = [embedderOf(quickEmbedder, quick, run), embedderOf(carefulEmbedder, careful, run)] as const;
  const comparisons: TaskComparison[] = [];
  for (const [i, task] of (run.tasks ?? []).entries()) {
    if (task.kind === 'retrieval') {
      const options = { signal: run.signal, onProgress: suffixed(run.onProgress, ' in two passes') };
      const result = await evaluateTwoPasses(task, embeds, candidates, options);
      comparisons.push(...(await compareResults(originalResults[i], result, options)));
    }
  }
  return comparisons;
}

function subjectOf(original: Original): Subject {
  return { files: original.runnable, hash: vectorsHash(original), engine: 'onnxruntime' };
}

function candidateSubject({ files, identity, engine, device }: Candidate): Subject {
  return { files, engine, device, hash: identity.sha256 };
}

async function evaluateAll(subject: Subject, name: string, run: TaskRun): Promise<TaskResult[]> {
  await using embedder = await loadSubject(subject, run);
  const embed = embedderOf(embedder, subject, run);
  const results: TaskResult[] = [];
  for (const task of run.tasks ?? []) {
    const onProgress = suffixed(run.onProgress, ` with ${name}`);
    results.push(await evaluateTask(task, embed, { signal: run.signal, onProgress }));
  }
  return results;
}

function loadSubject({ files, engine, device }: Subject, { threads, onNote }: TaskRun): Promise<Embedder> {
  return Embedder.load(files, { threads, engine, device, onNote });
}

function embedderOf(embedder: Embedder, { hash }: Subject, { cache }: TaskRun): EmbedTexts {
  return taskEmbedder(embedder, cache && { ...cache, modelHash: hash });
}

function suffixed(onProgress: OnProgress | undefined, suffix: string): OnProgress | undefined {
  return onProgress && ((event) => onProgress({ ...event, stage: event.stage + suffix }));
}
