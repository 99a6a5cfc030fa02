import type { TaskOptions } from '../base/index.js';
import { norm, rowOf } from '../numbers/index.js';
import { embedDistinct } from './embed-distinct.js';
import type { EmbedTexts, PairClassificationTask, StsTask } from './task.js';
import { metricsOf, type ScoreMetricName, type TaskResult, type TaskSamples } from './task-result.js';

/** Compares cosines with people's scores: Spearman (MTEB's main figure) and Pearson. */
export async function evaluateSts(task: StsTask, embed: EmbedTexts, options: TaskOptions): Promise<TaskResult> {
  const truth = Float64Array.from(task.pairs, ({ score }) => score);
  return pairResult(task, 'spearman', ['spearman', 'pearson'], truth, embed, options);
}

/**
 * Compares cosines with yes or no: average precision (MTEB's main figure), best F1 and best accuracy of any threshold.
 */
export async function evaluatePairClassification(
  task: PairClassificationTask,
  embed: EmbedTexts,
  options: TaskOptions,
): Promise<TaskResult> {
  const truth = Float64Array.from(task.pairs, ({ label }) => label);
  return pairResult(task, 'ap', ['ap', 'f1', 'accuracy'], truth, embed, options);
}

async function pairResult(
  task: StsTask | PairClassificationTask,
  mainMetric: ScoreMetricName,
  metrics: readonly ScoreMetricName[],
  truth: Float64Array,
  embed: EmbedTexts,
  options: TaskOptions,
): Promise<TaskResult> {
  const { kind, name, pairs } = task;
  const texts = pairs.flatMap(({ first, second }) => [first, second]);
  const { vectors, places } = await embedDistinct(texts, embed, { task: name, kind }, options);
  const scores = Float64Array.from({ length: pairs.length }, (_, i) =>
    pairCosine(rowOf(vectors, places[2 * i]), rowOf(vectors, places[2 * i + 1])),
  );
  const samples: TaskSamples = { kind: 'scores', metrics, scores, truth };
  return { task: name, kind, mainMetric, metrics: metricsOf(samples), samples };
}

/**
 * Returns the cosine of two vectors by the distance of their unit vectors, as MTEB does: exactly 1 for equal vectors,
 * so that rounding puts no order among pairs of equal texts. A vector of zeros stays one.
 */
function pairCosine(a: Float32Array, b: Float32Array): number {
  const [lengthA, lengthB] = [norm(a) || 1, norm(b) || 1];
  let squares = 0;
  for (let i = 0; i < a.length; i++) {
    squares += (a[i] / lengthA - b[i] / lengthB) ** 2;
  }
  return 1 - squares / 2;
}
