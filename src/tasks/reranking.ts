import type { TaskOptions } from '../base/index.js';
import { cosine, rowOf } from '../numbers/index.js';
import { embedDistinct } from './embed-distinct.js';
import { averagePrecision } from './metrics/binary-metrics.js';
import { rankingMetric, trecOrder } from './metrics/retrieval-metrics.js';
import type { EmbedTexts, RerankingTask } from './task.js';
import { metricsOf, type TaskResult, type TaskSamples } from './task-result.js';

/**
 * Orders each query's candidates by cosine: MAP (MTEB's main figure) and MRR@10. A query without a positive or without
 * a negative candidate says nothing and is left out, as MTEB leaves it out.
 */
export async function evaluateReranking(
  task: RerankingTask,
  embed: EmbedTexts,
  options: TaskOptions,
): Promise<TaskResult> {
  const use = { task: task.name, kind: task.kind } as const;
  const queries = task.queries.filter(({ positive, negative }) => positive.length > 0 && negative.length > 0);
  const questions = await embedDistinct(
    queries.map(({ text }) => text),
    embed,
    { ...use, role: 'query' },
    options,
  );
  const texts = queries.flatMap(({ positive, negative }) => [...positive, ...negative]);
  const candidates = await embedDistinct(texts, embed, { ...use, role: 'document' }, options);
  const map = new Float64Array(queries.length);
  const mrr = new Float64Array(queries.length);
  let start = 0;
  for (const [i, { positive, negative }] of queries.entries()) {
    const count = positive.length + negative.length;
    const question = rowOf(questions.vectors, questions.places[i]);
    const scores = Float64Array.from({ length: count }, (_, j) =>
      cosine(question, rowOf(candidates.vectors, candidates.places[start + j])),
    );
    start += count;
    map[i] = averagePrecision(
      scores,
      Float64Array.from(scores, (_, j) => (j < positive.length ? 1 : 0)),
    );
    // Names that put negatives first among equals: a tie is no merit.
    const names = Array.from(scores, (_, j) => `${j < positive.length ? 'a' : 'b'}${j}`);
    const relevance = new Map(names.slice(0, positive.length).map((name) => [name, 1]));
    mrr[i] = rankingMetric('mrr', trecOrder(names, scores), relevance, 10);
  }
  const samples: TaskSamples = { kind: 'items', values: { map, 'mrr@10': mrr } };
  return { task: task.name, kind: task.kind, mainMetric: 'map', metrics: metricsOf(samples), samples };
}
