import { mean, pearson, spearman } from '../../base/index.js';
import { averagePrecision, bestAccuracy, bestF1 } from '../metrics/binary-metrics.js';
import type { TaskKind } from './task.js';

/** Metrics that are found from all scores and truths of a task at once. */
export const scoreMetrics = {
  spearman,
  pearson,
  ap: averagePrecision,
  f1: bestF1,
  accuracy: bestAccuracy,
} as const;

export type ScoreMetricName = keyof typeof scoreMetrics;

/** What the figures of a task were found from; two models' differences are tested with it. */
export type TaskSamples =
  /** Each metric is the mean of its values, one an item (a query, a text, a seed). */
  | { readonly kind: 'items'; readonly values: Readonly<Record<string, ArrayLike<number>>> }
  /** Each metric is one of {@link scoreMetrics} of these. */
  | {
      readonly kind: 'scores';
      readonly metrics: readonly ScoreMetricName[];
      readonly scores: Float64Array;
      readonly truth: Float64Array;
    };

/** What a model reached in a task. */
export interface TaskResult {
  readonly task: string;
  readonly kind: TaskKind;
  /** The metric that MTEB ranks models by. */
  readonly mainMetric: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** Standard deviation over the seeds, where a task is random. */
  readonly deviations?: Readonly<Record<string, number>>;
  readonly samples: TaskSamples;
}

/** The metrics that samples give. */
export function metricsOf(samples: TaskSamples): Record<string, number> {
  if (samples.kind === 'items') {
    return Object.fromEntries(Object.entries(samples.values).map(([name, values]) => [name, mean(values)]));
  }
  const { scores, truth } = samples;
  return Object.fromEntries(samples.metrics.map((name) => [name, scoreMetrics[name](scores, truth)]));
}
