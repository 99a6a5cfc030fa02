import { breather, type TaskOptions, throwIfCancelled } from '../base/index.js';
import {
  emptyNearestLists,
  type Matrix,
  type NearestLists,
  nearestOf,
  offer,
  similarityTile,
  tileRows,
  type UnitRows,
  unitRows,
} from '../numbers/index.js';
import { type RankingMetric, rankingMetric, trecOrder } from './metrics/retrieval-metrics.js';
import type { Corpus, CorpusDocument, EmbedTexts, RetrievalTask } from './task.js';
import { metricsOf, type TaskResult, type TaskSamples } from './task-result.js';

/** MTEB's main figure first. */
const cuts = [
  ['ndcg', 10],
  ['ndcg', 1],
  ['ndcg', 100],
  ['recall', 10],
  ['recall', 100],
  ['mrr', 10],
  ['map', 10],
  ['map', 100],
] as const satisfies readonly (readonly [RankingMetric, number])[];

/** One place more than the deepest cut, because a query that is a document itself may be taken out of its own ranking. */
const depth = 1 + Math.max(...cuts.map(([, k]) => k));
const documentsAtOnce = 512;

type Query = RetrievalTask['queries'][number];

/** What was found for the queries of a task. */
export interface Rankings {
  /** Those with judgements. */
  readonly queries: readonly Query[];
  /** [queries] ids of documents, best first. */
  readonly rankings: readonly (readonly string[])[];
}

/**
 * Ranks all documents by their cosine to each query, as BEIR does. The corpus streams by: only the best documents of
 * each query are kept.
 *
 * @param embedDocuments embeds the documents, where that is not the model that embeds the queries: new queries on an
 *   old index
 */
export async function evaluateRetrieval(
  task: RetrievalTask,
  embed: EmbedTexts,
  options: TaskOptions,
  embedDocuments: EmbedTexts = embed,
): Promise<TaskResult> {
  return rankingResult(task, await nearestDocuments(task, [embed, embedDocuments], depth, options));
}

/**
 * Finds the documents that are nearest to each query.
 *
 * @param count how many
 */
export async function nearestDocuments(
  task: RetrievalTask,
  [embedQueries, embedDocuments]: readonly [EmbedTexts, EmbedTexts],
  count: number,
  options: TaskOptions,
): Promise<Rankings> {
  const use = { task: task.name, kind: task.kind } as const;
  const queries = task.queries.filter(({ id }) => task.judgements.has(id));
  const texts = queries.map(({ text }) => text);
  const queryRows = unitRows(await embedQueries(texts, { ...use, role: 'query' }, options));
  const lists = emptyNearestLists(queries.length, count);
  const ids: string[] = [];
  for await (const documents of inChunks(task.corpus)) {
    const start = ids.length;
    const { count: total } = task.corpus;
    const report = (done: number, share: number) =>
      options.onProgress?.({
        ...{ stage: `Embedding ${task.name}`, done: start + done, total, unit: 'documents' },
        share: (start + share * documents.length) / total,
      });
    report(0, 0);
    const vectors = await embedDocuments(
      documents.map(({ text }) => text),
      { ...use, role: 'document' },
      { signal: options.signal, onProgress: ({ done, share = done / documents.length }) => report(done, share) },
    );
    ids.push(...documents.map(({ id }) => id));
    await offerAll(queryRows, vectors, start, lists, options.signal);
  }
  return { queries, rankings: queries.map((_, place) => rankingOf(lists, place, ids)) };
}

/** Scores rankings by the judgements of their task. */
export function rankingResult(task: RetrievalTask, { queries, rankings }: Rankings): TaskResult {
  const values = Object.fromEntries(cuts.map(([metric, k]) => [`${metric}@${k}`, new Float64Array(queries.length)]));
  for (const [place, { id }] of queries.entries()) {
    const ranking = rankings[place].filter((document) => !task.ignoreIdenticalIds || document !== id);
    for (const [metric, k] of cuts) {
      values[`${metric}@${k}`][place] = rankingMetric(metric, ranking, task.judgements.get(id)!, k);
    }
  }
  const samples: TaskSamples = { kind: 'items', values };
  return { task: task.name, kind: task.kind, mainMetric: 'ndcg@10', metrics: metricsOf(samples), samples };
}

/**
 * Gives the documents of a corpus in its order, as many at a time as are embedded at once.
 *
 * @param isWanted leaves others out
 */
export async function* inChunks(
  corpus: Corpus,
  isWanted: (document: CorpusDocument) => boolean = () => true,
): AsyncGenerator<CorpusDocument[]> {
  let chunk: CorpusDocument[] = [];
  for await (const document of corpus.read()) {
    if (!isWanted(document)) {
      continue;
    }
    chunk.push(document);
    if (chunk.length === documentsAtOnce) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) {
    yield chunk;
  }
}

async function offerAll(
  queries: UnitRows,
  vectors: Matrix,
  start: number,
  lists: NearestLists,
  signal: AbortSignal | undefined,
): Promise<void> {
  const documents = unitRows(vectors);
  const tile = new Float64Array(tileRows * tileRows);
  const breathe = breather();
  for (let top = 0; top < queries.rows; top += tileRows) {
    for (let left = 0; left < documents.rows; left += tileRows) {
      throwIfCancelled(signal, 'ranking documents');
      await breathe();
      similarityTile(queries, top, documents, left, tile);
      for (let query = top; query < Math.min(top + tileRows, queries.rows); query++) {
        for (let document = left; document < Math.min(left + tileRows, documents.rows); document++) {
          offer(lists, query, start + document, tile[(query - top) * tileRows + document - left]);
        }
      }
    }
  }
}

function rankingOf(lists: NearestLists, query: number, ids: readonly string[]): string[] {
  const nearest = nearestOf(lists, query);
  const scores = lists.scores.subarray(query * lists.k, query * lists.k + nearest.length);
  return trecOrder(
    Array.from(nearest, (document) => ids[document]),
    scores,
  );
}
