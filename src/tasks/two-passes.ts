import type { TaskOptions } from '../base/index.js';
import { cosine, rowOf } from '../numbers/index.js';
import { trecOrder } from './metrics/retrieval-metrics.js';
import { inChunks, nearestDocuments, rankingResult } from './retrieval.js';
import type { EmbedTexts, RetrievalTask } from './task.js';
import type { TaskResult } from './task-result.js';

/**
 * Ranks documents in two passes: a quick model finds the nearest to each query, a careful one orders these. What the first
 * pass does not find is lost.
 *
 * @param candidates documents of a query that the careful model orders
 * @throws what embedding throws; CANCELLED
 */
export async function evaluateTwoPasses(
  task: RetrievalTask,
  [quick, careful]: readonly [EmbedTexts, EmbedTexts],
  candidates: number,
  options: TaskOptions,
): Promise<TaskResult> {
  const { queries, rankings } = await nearestDocuments(task, [quick, quick], candidates, options);
  const use = { task: task.name, kind: task.kind } as const;
  const queryVectors = await careful(
    queries.map(({ text }) => text),
    { ...use, role: 'query' },
    options,
  );
  const scores = rankings.map(() => new Map<string, number>());
  const found = new Set(rankings.flat());
  for await (const documents of inChunks(task.corpus, ({ id }) => found.has(id))) {
    const texts = documents.map(({ text }) => text);
    const vectors = await careful(texts, { ...use, role: 'document' }, options);
    const places = new Map(documents.map(({ id }, place) => [id, place]));
    for (const [query, ranking] of rankings.entries()) {
      for (const id of ranking) {
        const place = places.get(id);
        const score = place === undefined ? Number.NaN : cosine(rowOf(queryVectors, query), rowOf(vectors, place));
        // What is no number has no place in an order: it finds nothing, as in a single pass.
        if (!Number.isNaN(score)) {
          scores[query].set(id, score);
        }
      }
    }
  }
  const ordered = scores.map((scored) => trecOrder([...scored.keys()], [...scored.values()]));
  return rankingResult(task, { queries, rankings: ordered });
}
