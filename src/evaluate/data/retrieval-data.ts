import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import type { Corpus, CorpusDocument, RerankingTask, RetrievalTask } from '../tasks/task.js';
import { allRecords, countRecords, readRecords } from './records.js';

const identifier = z.union([z.string(), z.number()]).transform(String);
/** BEIR calls it "_id", newer data sets of the hub "id". */
const identified = { _id: identifier.optional(), id: identifier.optional() };
const documentRecord = z.object({ ...identified, title: z.string().nullish(), text: z.string() });
const queryRecord = z.object({ ...identified, text: z.string() });
const judgement = z.object({ 'query-id': identifier, 'corpus-id': identifier, score: z.coerce.number() });
const ranked = z.object({ 'query-id': identifier, 'corpus-ids': z.array(identifier) });

/** Where a retrieval task's records are. */
export interface RetrievalFiles {
  readonly corpus: readonly string[];
  readonly queries: readonly string[];
  readonly qrels: readonly string[];
}

/**
 * A retrieval task. The corpus is read anew, document by document, each time it is ranked.
 *
 * @param where as a person would name the data, for errors
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID
 */
export async function retrievalTask(name: string, where: string, files: RetrievalFiles): Promise<RetrievalTask> {
  const judgements = new Map<string, Map<string, number>>();
  for (const record of await allRecords(files.qrels, judgement)) {
    const query = record['query-id'];
    const grades = judgements.get(query) ?? new Map<string, number>();
    judgements.set(query, grades.set(record['corpus-id'], record.score));
  }
  const queries = (await allRecords(files.queries, queryRecord))
    .map(({ _id, id = _id, text }) => ({ id: id ?? missingId(where), text }))
    .filter(({ id }) => judgements.has(id));
  if (queries.length === 0) {
    throw new OctavecError('DATA_INVALID', { path: where, why: 'none of its queries has a judgement' });
  }
  const corpus = { count: await countRecords(files.corpus), read: () => documentsOf(files.corpus, where) };
  return { kind: 'retrieval', name, corpus, queries, judgements };
}

/**
 * A reranking task in the layout of retrieval: each query's candidates are named in files of their own, and its judgements
 * say which of them are relevant.
 *
 * @throws as {@link retrievalTask}
 */
export async function rerankingTask(
  name: string,
  where: string,
  files: RetrievalFiles & { readonly topRanked: readonly string[] },
): Promise<RerankingTask> {
  const { corpus, queries, judgements } = await retrievalTask(name, where, files);
  const candidates = new Map(
    (await allRecords(files.topRanked, ranked)).map((record) => [record['query-id'], record['corpus-ids']]),
  );
  const texts = await textsOf(corpus, new Set([...candidates.values()].flat()));
  const of = (query: string, isRelevant: boolean) =>
    (candidates.get(query) ?? [])
      .filter((id) => texts.has(id) && (judgements.get(query)?.get(id) ?? 0) > 0 === isRelevant)
      .map((id) => texts.get(id)!);
  return {
    kind: 'reranking',
    name,
    queries: queries.map(({ id, text }) => ({ text, positive: of(id, true), negative: of(id, false) })),
  };
}

async function textsOf(corpus: Corpus, ids: ReadonlySet<string>): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const { id, text } of corpus.read()) {
    if (ids.has(id)) {
      texts.set(id, text);
    }
  }
  return texts;
}

async function* documentsOf(paths: readonly string[], where: string): AsyncGenerator<CorpusDocument> {
  for (const path of paths) {
    for await (const { _id, id = _id, title, text } of readRecords(path, documentRecord)) {
      yield { id: id ?? missingId(where), text: `${title ?? ''} ${text}`.trim() };
    }
  }
}

function missingId(where: string): never {
  throw new OctavecError('DATA_INVALID', { path: where, why: 'a document or a query has no "_id"' });
}
