import { ascending, breather, quantile, randomNumbers, type TaskOptions, throwIfCancelled } from '../../base/index.js';
import type { TaskKind } from './task.js';
import { scoreMetrics, type TaskResult, type TaskSamples } from './task-result.js';

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
  /** Where 95 % of the differences of resampled items lie; missing where a metric cannot be resampled. */
  readonly interval?: readonly [number, number];
  readonly finding?: Finding;
}

const resamples = 1000;
const tail = 0.025;

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
      ...(interval && { interval, finding: findingOf(difference, interval) }),
    });
  }
  return comparisons;
}

/** What is not a number is a loss. */
function findingOf(difference: number, [low, high]: readonly [number, number]): Finding {
  if (low > 0) {
    return 'a gain';
  }
  return low <= 0 && high >= 0 && !Number.isNaN(difference) ? 'within noise' : 'a loss';
}

async function differenceInterval(
  metric: string,
  original: TaskSamples,
  candidate: TaskSamples,
  onDraw: (done: number) => void,
): Promise<readonly [number, number] | undefined> {
  const difference = resampledDifference(metric, original, candidate);
  if (difference === undefined) {
    return undefined;
  }
  const random = randomNumbers(1);
  const items = new Uint32Array(difference.items);
  const differences = new Float64Array(resamples);
  const breathe = breather();
  for (let resample = 0; resample < resamples; resample++) {
    await breathe();
    onDraw(resample);
    for (let i = 0; i < items.length; i++) {
      items[i] = Math.floor(random() * items.length);
    }
    differences[resample] = difference.of(items);
  }
  // A resample may have no correlation (all its truths equal): it says nothing. If none says anything, nor does this.
  const found = ascending(differences.filter((value) => !Number.isNaN(value)));
  return found.length === 0 ? [Number.NaN, Number.NaN] : [quantile(found, tail), quantile(found, 1 - tail)];
}

/** The difference of a metric over drawn items, and how many items there are to draw from. */
function resampledDifference(
  metric: string,
  original: TaskSamples,
  candidate: TaskSamples,
): { readonly items: number; readonly of: (items: Uint32Array) => number } | undefined {
  if (original.kind === 'items' && candidate.kind === 'items') {
    const [a, b] = [original.values[metric], candidate.values[metric]];
    return a && { items: a.length, of: (items) => items.reduce((sum, i) => sum + b[i] - a[i], 0) / items.length };
  }
  const name = original.kind === 'scores' ? original.metrics.find((known) => known === metric) : undefined;
  if (original.kind !== 'scores' || candidate.kind !== 'scores' || name === undefined) {
    return undefined;
  }
  const drawn = (values: Float64Array, items: Uint32Array) => Float64Array.from(items, (i) => values[i]);
  return {
    items: original.truth.length,
    of: (items) => {
      const truth = drawn(original.truth, items);
      const of = (samples: typeof original) => scoreMetrics[name](drawn(samples.scores, items), truth);
      return of(candidate) - of(original);
    },
  };
}
