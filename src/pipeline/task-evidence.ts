import type { TaskOptions } from '../base/index.js';
import { type Evidence, type Gate, judge, type Task } from '../evaluate/index.js';
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

/** The evidence with what the candidate at `path` loses in tasks, judged again; as it is where there are none. */
export async function withTasks(
  evidence: Evidence,
  gate: Gate,
  path: string,
  original: Original,
  options: TaskEvidenceOptions,
): Promise<Evidence> {
  const { tasks = [], tokenizer, threads, cache, signal, onProgress } = options;
  if (tasks.length === 0) {
    return evidence;
  }
  const against = original.files.onnxPath;
  const { comparisons } = await evaluateModel(path, { tasks, against, tokenizer, threads, cache, signal, onProgress });
  const complete = { ...evidence, tasks: comparisons };
  return { ...complete, verdict: judge(complete, gate) };
}
