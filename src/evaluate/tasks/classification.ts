import { type Matrix, mean, rowOf, type TaskOptions } from '../../base/index.js';
import { accuracy, macroF1 } from '../metrics/class-metrics.js';
import { fitLogisticRegression, predictClasses } from '../metrics/logistic-regression.js';
import { deviation } from './deviation.js';
import { drawExamples } from './draw-examples.js';
import { embedDistinct } from './embed-distinct.js';
import type { ClassificationTask, EmbedTexts } from './task.js';
import type { TaskResult } from './task-result.js';

/** As MTEB has it. */
const experiments = 10;
const usualExamples = 8;

/**
 * MTEB's classification: a logistic regression on eight training texts of each label, held against all test texts; ten
 * times with other examples, mean of the accuracies. Which examples are drawn depends on the data alone, so that two models
 * learn from the same ones.
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
  const truth = task.test.map(({ label }) => numbers.get(label) ?? -2);
  const texts = [...task.train, ...task.test].map(({ text }) => text);
  const { vectors, places } = await embedDistinct(texts, embed, use, options);
  const testVectors = rowsOf(vectors, places.subarray(task.train.length));

  const draws = drawExamples(trainLabels, experiments, task.examplesPerLabel ?? usualExamples);
  const right = new Float64Array(task.test.length);
  const accuracies: number[] = [];
  const f1s: number[] = [];
  for (const [experiment, examples] of draws.entries()) {
    const stage = `Classifying ${task.name}`;
    options.onProgress?.({ stage, done: experiment, total: experiments, unit: 'experiments' });
    const model = await fitLogisticRegression(
      rowsOf(
        vectors,
        Uint32Array.from(examples, (i) => places[i]),
      ),
      examples.map((i) => trainLabels[i]),
      labels.length,
      { signal: options.signal },
    );
    const predicted = predictClasses(model, testVectors);
    predicted.forEach((label, i) => {
      right[i] += label === truth[i] ? 1 / experiments : 0;
    });
    accuracies.push(accuracy(truth, predicted));
    f1s.push(macroF1(truth, predicted));
  }
  return {
    task: task.name,
    kind: task.kind,
    mainMetric: 'accuracy',
    metrics: { accuracy: mean(accuracies), f1: mean(f1s) },
    deviations: { accuracy: deviation(accuracies), f1: deviation(f1s) },
    samples: { kind: 'items', values: { accuracy: right } },
  };
}

function rowsOf(matrix: Matrix, rows: Uint32Array): Matrix {
  const data = new Float32Array(rows.length * matrix.columns);
  rows.forEach((row, i) => {
    data.set(rowOf(matrix, row), i * matrix.columns);
  });
  return { data, rows: rows.length, columns: matrix.columns };
}
