import type { TaskOptions } from '../base/index.js';
import type { EngineChoice } from '../engine/index.js';
import type { Measurements, Task } from '../evaluate/index.js';
import { evaluateModel } from './evaluate-models.js';
import type { Original } from './original.js';

/** How a candidate is compared in tasks. */
export interface TaskEvidenceOptions extends TaskOptions {
  /** Compared in these tasks, too. */
  readonly tasks?: readonly Task[];
  readonly tokenizer?: string;
  readonly threads?: number;
  /** Where vectors of the tasks are kept; false: nowhere. By default in the user's cache folder. */
  readonly cache?: string | false;
}

/** What was measured, with what the candidate at `path` loses in tasks; as it is where there are none. */
export async function withTasks(
  measured: Measurements,
  path: string,
  engine: EngineChoice | undefined,
  original: Original,
  options: TaskEvidenceOptions,
): Promise<Measurements> {
  const { tasks = [], tokenizer, threads, cache, signal, onProgress } = options;
  if (tasks.length === 0) {
    return measured;
  }
  const against = original.files.onnxPath;
  const evaluation = { tasks, against, tokenizer, threads, cache, engine, signal, onProgress };
  const { comparisons } = await evaluateModel(path, evaluation);
  return { ...measured, tasks: comparisons };
}
