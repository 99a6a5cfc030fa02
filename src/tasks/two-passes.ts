import type { TaskOptions } from '../base/index.js';
import { cosine, rowOf } from '../numbers/index.js';
import { trecOrder } from './metrics/retrieval-metrics.js';
import { nearestDocuments, rankingResult } from './retrieval.js';
import type { CorpusDocument, EmbedTexts, RetrievalTask } from './task.js';
import type { TaskResult } from './task-result.js';

/** Documents that are read anew and embedded at once. */
const documentsAtOnce = 512;

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
  for await (const documents of foundDocuments(task, new Set(rankings.flat()))) {
    const texts = documents.map(({ text }) => text);
    const vectors = await careful(texts, { ...use, role: 'document' }, options);
    const places = new Map(documents.map(({ id }, place) => [id, place]));
    for (const [query, ranking] of rankings.entries()) {
      for (const id of ranking) {
        const place = places.get(id);
        if (place !== undefined) {
          scores[query].set(id, cosine(rowOf(queryVectors, query), rowOf(vectors, place)));
        }
      }
    }
  }
  const ordered = scores.map((scored) => trecOrder([...scored.keys()], [...scored.values()]));
  return rankingResult(task, { queries, rankings: ordered });
}

/** The documents that the first pass found for any query, in the order of the corpus. */
async function* foundDocuments(
  { corpus }: RetrievalTask,
  found: ReadonlySet<string>,
): AsyncGenerator<CorpusDocument[]> {
  let chunk: CorpusDocument[] = [];
  for await (const document of corpus.read()) {
    if (found.has(document.id)) {
      chunk.push(document);
    }
    if (chunk.length === documentsAtOnce) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) {
    yield chunk;
  }
}
