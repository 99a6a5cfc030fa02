import type { TaskOptions } from '../base/index.js';
import { mean } from '../numbers/index.js';
import { deviation } from './deviation.js';
import { vMeasure } from './metrics/class-metrics.js';
import { kMeans } from './metrics/k-means.js';
import type { ClusteringTask, EmbedTexts } from './task.js';
import type { TaskResult } from './task-result.js';

/** Runs of k-means in all, from other starts; each set has one at least. */
const runs = 10;

/**
 * Evaluates clustering by k-means with as many clusters as there are labels: mean v-measure over sets and starts.
 * (MTEB's mini-batch k-means looks at part of the texts in each round; this one looks at all.)
 */
export async function evaluateClustering(
  task: ClusteringTask,
  embed: EmbedTexts,
  options: TaskOptions,
): Promise<TaskResult> {
  const seeds = Math.ceil(runs / task.sets.length);
  const values: number[] = [];
  for (const set of task.sets) {
    const texts = set.map(({ text }) => text);
    const vectors = await embed(texts, { task: task.name, kind: task.kind }, options);
    const labels = [...new Set(set.map(({ label }) => label))];
    const truth = set.map(({ label }) => labels.indexOf(label));
    for (let seed = 0; seed < seeds; seed++) {
      const total = seeds * task.sets.length;
      options.onProgress?.({ stage: `Clustering ${task.name}`, done: values.length, total, unit: 'runs' });
      const { clusters } = await kMeans(vectors, labels.length, seed, options.signal);
      values.push(vMeasure(truth, clusters));
    }
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
