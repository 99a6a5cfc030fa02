import type { TaskOptions } from '../base/index.js';
import type { VectorCache } from '../embed/index.js';
import type { EngineChoice } from '../engine/index.js';
import type { Measurements } from '../evaluate/index.js';
import type { ModelFiles } from '../model/index.js';
import type { Task, TaskResult } from '../tasks/index.js';
import { evaluateCandidate, evaluateOriginal, type TaskRun } from './evaluate-models.js';
import type { Original } from './original.js';
import type { VectorCacheOptions } from './vector-cache.js';

/** How a candidate is compared in tasks. */
export interface TaskEvidenceOptions extends TaskOptions, VectorCacheOptions {
  /** Compared in these tasks, too. */
  readonly tasks?: readonly Task[];
  readonly tokenizer?: string;
  readonly threads?: number;
}

/** Tasks, and what the original reached in them. */
export interface TaskReference {
  readonly run: TaskRun;
  readonly originalResults: readonly TaskResult[];
}

/** What candidates are compared with in tasks; undefined where there are none. */
export async function taskReference(
  original: Original,
  { tasks = [], threads, signal, onProgress }: TaskEvidenceOptions,
  cache: VectorCache | undefined,
): Promise<TaskReference | undefined> {
  if (tasks.length === 0) {
    return undefined;
  }
  const run = { tasks, threads, signal, onProgress, cache };
  return { run, originalResults: await evaluateOriginal(original, run) };
}

/** What was measured, with what the candidate loses in tasks; as it is where there are none. */
export async function withTasks(
  measured: Measurements,
  files: ModelFiles,
  engine: EngineChoice | undefined,
  reference: TaskReference | undefined,
): Promise<Measurements> {
  if (reference === undefined) {
    return measured;
  }
  const candidate = { files, engine, identity: measured.file };
  const { comparisons } = await evaluateCandidate(candidate, reference.originalResults, reference.run);
  return { ...measured, tasks: comparisons };
}
