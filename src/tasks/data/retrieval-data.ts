import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import type { Corpus, CorpusDocument, RerankingTask, RetrievalTask } from '../task.js';
import { allRecords, readRecords } from './records.js';
import { score } from './score.js';

const identifier = z.union([z.string(), z.number()]).transform(String);
/** BEIR calls it "_id", newer data sets of the hub "id". */
const identified = { _id: identifier.optional(), id: identifier.optional() };
const documentRecord = z.object({ ...identified, title: z.string().nullish(), text: z.string() });
const queryRecord = z.object({ ...identified, text: z.string() });
const judgement = z.object({ 'query-id': identifier, 'corpus-id': identifier, score });
const ranked = z.object({ 'query-id': identifier, 'corpus-ids': z.array(identifier) });

/** Where a retrieval task's records are. */
export interface RetrievalFiles {
  readonly corpus: readonly string[];
  readonly queries: readonly string[];
  readonly qrels: readonly string[];
}

/**
 * Returns a retrieval task. The corpus is read anew, document by document, each time it is ranked; once here, so that
 * what is wrong with it is found out before the long work.
 *
 * @param where as a person would name the data, for errors
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID
 */
export async function retrievalTask(name: string, where: string, files: RetrievalFiles): Promise<RetrievalTask> {
  const { queries, judgements } = await judgedQueries(where, files);
  const read = () => documentsOf(files.corpus, where);
  const ids: string[] = [];
  for await (const { id } of read()) {
    ids.push(id);
  }
  const notes = missingDocuments(relevantTo(queries, judgements), refuseTwice(ids, 'documents', where), where);
  return { kind: 'retrieval', name, corpus: { count: ids.length, read }, queries, judgements, notes };
}

/**
 * Reads the queries that have a judgement, and all judgements.
 *
 * @param where as a person would name the data, for errors
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID
 */
export async function judgedQueries(
  where: string,
  files: Pick<RetrievalFiles, 'queries' | 'qrels'>,
): Promise<Pick<RetrievalTask, 'queries' | 'judgements'>> {
  const judgements = await judgementsOf(files.qrels);
  const all = (await allRecords(files.queries, queryRecord)).map(({ _id, id = _id, text }) => ({
    id: id ?? missingId(where),
    text,
  }));
  refuseTwice(
    all.map(({ id }) => id),
    'queries',
    where,
  );
  const queries = all.filter(({ id }) => judgements.has(id));
  if (queries.length === 0) {
    throw new OctavecError('DATA_INVALID', { path: where, why: 'none of its queries has a judgement' });
  }
  return { queries, judgements };
}

async function judgementsOf(paths: readonly string[]): Promise<Map<string, Map<string, number>>> {
  const judgements = new Map<string, Map<string, number>>();
  for (const record of await allRecords(paths, judgement)) {
    const query = record['query-id'];
    const grades = judgements.get(query) ?? new Map<string, number>();
    judgements.set(query, grades.set(record['corpus-id'], record.score));
  }
  return judgements;
}

/** Refuses an id that occurs twice: what it stands for would be found twice, and its gain counted twice. */
function refuseTwice(ids: readonly string[], what: string, where: string): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) {
      throw new OctavecError('DATA_INVALID', { path: where, why: `two of its ${what} have the id "${id}"` });
    }
    seen.add(id);
  }
  return seen;
}

function relevantTo(queries: readonly { readonly id: string }[], judgements: RetrievalTask['judgements']): Set<string> {
  const relevant = new Set<string>();
  for (const { id } of queries) {
    for (const [document, grade] of judgements.get(id) ?? []) {
      if (grade > 0) {
        relevant.add(document);
      }
    }
  }
  return relevant;
}

/** Describes relevant documents that the corpus lacks, so that nobody can find them. */
function missingDocuments(relevant: ReadonlySet<string>, corpus: ReadonlySet<string>, where: string): string[] {
  if (corpus.size === 0) {
    throw new OctavecError('DATA_INVALID', { path: where, why: 'its corpus holds no documents' });
  }
  const missing = [...relevant].filter((id) => !corpus.has(id)).length;
  if (missing === relevant.size) {
    const why = relevant.size === 0 ? 'no document is judged to be relevant' : 'no relevant document is in the corpus';
    throw new OctavecError('DATA_INVALID', { path: where, why });
  }
  return missing === 0 ? [] : [`${missing} of ${relevant.size} relevant documents are missing from the corpus`];
}

/**
 * Returns a reranking task in the layout of retrieval: each query's candidates are named in files of their own, and
 * its judgements say which of them are relevant.
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
