import { mean, pearson, spearman } from '../numbers/index.js';
import { averagePrecision, bestAccuracy, bestF1 } from './metrics/binary-metrics.js';
import { accuracy, macroF1 } from './metrics/class-metrics.js';
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

/** Metrics that are found from all true and predicted classes at once, in each experiment. */
export const classMetrics = { accuracy, f1: macroF1 } as const;

export type ClassMetricName = keyof typeof classMetrics;

/** What the figures of a task were found from; two models' differences are tested with it. */
export type TaskSamples =
  /** Each metric is the mean of its values, one an item (a query, a seed). */
  | { readonly kind: 'items'; readonly values: Readonly<Record<string, ArrayLike<number>>> }
  /** Each metric is one of {@link scoreMetrics} of these. */
  | {
      readonly kind: 'scores';
      readonly metrics: readonly ScoreMetricName[];
      readonly scores: Float64Array;
      readonly truth: Float64Array;
    }
  /** Each of {@link classMetrics} is the mean over experiments. */
  | {
      readonly kind: 'predictions';
      /** [items], the true class. */
      readonly truth: Int32Array;
      /** [items] for each experiment, the predicted class. */
      readonly experiments: readonly Int32Array[];
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

/** Returns the metrics that samples give. */
export function metricsOf(samples: TaskSamples): Record<string, number> {
  switch (samples.kind) {
    case 'items':
      return Object.fromEntries(Object.entries(samples.values).map(([name, values]) => [name, mean(values)]));
    case 'scores':
      return Object.fromEntries(
        samples.metrics.map((name) => [name, scoreMetrics[name](samples.scores, samples.truth)]),
      );
    case 'predictions':
      return Object.fromEntries(
        Object.entries(classMetrics).map(([name, metric]) => [
          name,
          mean(samples.experiments.map((predicted) => metric(samples.truth, predicted))),
        ]),
      );
  }
}
