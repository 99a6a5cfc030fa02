import type { TaskOptions } from '../base/index.js';
import { chosenRows } from '../numbers/index.js';
import { deviation } from './deviation.js';
import { drawExamples } from './draw-examples.js';
import { embedDistinct } from './embed-distinct.js';
import { fitLogisticRegression, predictClasses } from './metrics/logistic-regression.js';
import type { ClassificationTask, EmbedTexts } from './task.js';
import { type ClassMetricName, classMetrics, metricsOf, type TaskResult, type TaskSamples } from './task-result.js';

/** As MTEB has it. */
const experiments = 10;
const usualExamples = 8;

/**
 * Evaluates MTEB's classification: a logistic regression on eight training texts of each label, tested with all test
 * texts; ten times with other examples, mean of the accuracies. Which examples are drawn depends on the data alone, so
 * that two models learn from the same ones.
 */
export async function evaluateClassification(
  task: ClassificationTask,
  embed: EmbedTexts,
  options: TaskOptions,
): Promise<TaskResult> {
  const use = { task: task.name, kind: task.kind } as const;
  const labels = [...new Set(task.train.map(({ label }) => label))].sort();
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const trainLabels = task.train.map(({ label }) => numbers.get(label)!);
  // A label that was never seen in training is never right, nor is -1, which stands where nothing could be predicted.
  const truth = Int32Array.from(task.test, ({ label }) => numbers.get(label) ?? -2);
  const texts = [...task.train, ...task.test].map(({ text }) => text);
  const { vectors, places } = await embedDistinct(texts, embed, use, options);
  const testVectors = chosenRows(vectors, places.subarray(task.train.length));

  const draws = drawExamples(trainLabels, experiments, task.examplesPerLabel ?? usualExamples);
  const predictions: Int32Array[] = [];
  for (const examples of draws) {
    const stage = `Classifying ${task.name}`;
    options.onProgress?.({ stage, done: predictions.length, total: experiments, unit: 'experiments' });
    const model = await fitLogisticRegression(
      chosenRows(
        vectors,
        examples.map((i) => places[i]),
      ),
      examples.map((i) => trainLabels[i]),
      labels.length,
      { signal: options.signal },
    );
    predictions.push(predictClasses(model, testVectors));
  }
  const samples: TaskSamples = { kind: 'predictions', truth, experiments: predictions };
  const deviationOf = (metric: ClassMetricName) =>
    deviation(predictions.map((predicted) => classMetrics[metric](truth, predicted)));
  return {
    task: task.name,
    kind: task.kind,
    mainMetric: 'accuracy',
    metrics: metricsOf(samples),
    deviations: { accuracy: deviationOf('accuracy'), f1: deviationOf('f1') },
    samples,
  };
}
