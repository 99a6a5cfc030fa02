import { mean, type TaskOptions } from '../../base/index.js';
import { vMeasure } from '../metrics/class-metrics.js';
import { kMeans } from '../metrics/k-means.js';
import { deviation } from './deviation.js';
import type { ClusteringTask, EmbedTexts } from './task.js';
import type { TaskResult } from './task-result.js';

const seeds = 10;

/**
 * k-means with as many clusters as there are labels, ten times from other starts: mean v-measure. (MTEB's mini-batch
 * k-means looks at part of the texts in each round; this one looks at all.)
 */
export async function evaluateClustering(
  task: ClusteringTask,
  embed: EmbedTexts,
  options: TaskOptions,
): Promise<TaskResult> {
  const texts = task.texts.map(({ text }) => text);
  const vectors = await embed(texts, { task: task.name, kind: task.kind }, options);
  const labels = [...new Set(task.texts.map(({ label }) => label))];
  const truth = task.texts.map(({ label }) => labels.indexOf(label));
  const values: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    options.onProgress?.({ stage: `Clustering ${task.name}`, done: seed, total: seeds, unit: 'starts' });
    const { clusters } = await kMeans(vectors, labels.length, seed, options.signal);
    values.push(vMeasure(truth, clusters));
  }
  return {
    task: task.name,
    kind: task.kind,
    mainMetric: 'v-measure',
    metrics: { 'v-measure': mean(values) },
    deviations: { 'v-measure': deviation(values) },
    samples: { kind: 'items', values: { 'v-measure': values } },
  };
}
