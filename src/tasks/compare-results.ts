import { type TaskOptions, throwIfCancelled } from '../base/index.js';
import { differenceInterval, resamples } from './difference-interval.js';
import type { TaskKind } from './task.js';
import type { TaskResult } from './task-result.js';

/** What a difference amounts to: an interval that holds 0 is noise. */
export type Finding = 'within noise' | 'a loss' | 'a gain';

/** One metric of one task, original against candidate. */
export interface TaskComparison {
  readonly task: string;
  readonly kind: TaskKind;
  readonly metric: string;
  /** The metric that MTEB ranks models by. */
  readonly main: boolean;
  /** Of retrieval: only the queries were embedded with the candidate, the documents with the original. */
  readonly asymmetric?: boolean;
  readonly original: number;
  readonly candidate: number;
  /** candidate − original: below 0 is worse. */
  readonly difference: number;
  /** Standard deviations over the seeds, where a task is random. */
  readonly deviations?: { readonly original: number; readonly candidate: number };
  /** Where 95 % of the differences of resampled items lie; missing where a metric cannot be resampled. */
  readonly interval?: readonly [number, number];
  readonly finding?: Finding;
}

/**
 * Compares two models' results in the same task, metric by metric. The interval comes from a paired bootstrap: items
 * are drawn with replacement, the same ones for both models (Efron and Tibshirani 1993, percentile interval).
 *
 * @throws CANCELLED
 */
export async function compareResults(
  original: TaskResult,
  candidate: TaskResult,
  { asymmetric = false, ...options }: TaskOptions & { readonly asymmetric?: boolean } = {},
): Promise<TaskComparison[]> {
  const comparisons: TaskComparison[] = [];
  const metrics = Object.keys(original.metrics);
  for (const [i, metric] of metrics.entries()) {
    const difference = candidate.metrics[metric] - original.metrics[metric];
    const interval = await differenceInterval(metric, original.samples, candidate.samples, (done) => {
      throwIfCancelled(options.signal, 'drawing items anew');
      const total = resamples * metrics.length;
      const stage = `Drawing the items of ${original.task} anew`;
      options.onProgress?.({ stage, done: i * resamples + done, total, unit: 'draws' });
    });
    comparisons.push({
      task: original.task,
      kind: original.kind,
      metric,
      main: metric === original.mainMetric,
      ...(asymmetric && { asymmetric }),
      original: original.metrics[metric],
      candidate: candidate.metrics[metric],
      difference,
      ...deviationsOf(metric, original, candidate),
      ...(interval && { interval, finding: findingOf(difference, interval) }),
    });
  }
  return comparisons;
}

function deviationsOf(metric: string, { deviations: a }: TaskResult, { deviations: b }: TaskResult) {
  return a === undefined || b === undefined ? {} : { deviations: { original: a[metric], candidate: b[metric] } };
}

/** Judges a difference. What is not a number is a loss. */
function findingOf(difference: number, [low, high]: readonly [number, number]): Finding {
  if (low > 0) {
    return 'a gain';
  }
  return low <= 0 && high >= 0 && !Number.isNaN(difference) ? 'within noise' : 'a loss';
}
