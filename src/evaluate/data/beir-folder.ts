import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import type { CorpusDocument, RetrievalTask } from '../tasks/task.js';
import { allRecords, countRecords, readRecords, recordFile } from './records.js';

const identifier = z.union([z.string(), z.number()]).transform(String);
const documentRecord = z.object({ _id: identifier, title: z.string().nullish(), text: z.string() });
const queryRecord = z.object({ _id: identifier, text: z.string() });
const judgement = z.object({ 'query-id': identifier, 'corpus-id': identifier, score: z.coerce.number() });

/**
 * A retrieval task in BEIR's layout: corpus.jsonl, queries.jsonl, and qrels/test.tsv or qrels.tsv. The corpus is read
 * anew, document by document, each time it is ranked.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID
 */
export async function readBeirFolder(folder: string): Promise<RetrievalTask> {
  const corpus = join(folder, 'corpus.jsonl');
  const qrels = await recordFile(folder, 'qrels/test', 'qrels');
  if (qrels === undefined) {
    const why = 'it has neither qrels/test.tsv nor qrels.tsv';
    throw new OctavecError('DATA_INVALID', { path: folder, why });
  }
  const judgements = new Map<string, Map<string, number>>();
  for await (const record of readRecords(qrels, judgement)) {
    const query = record['query-id'];
    const grades = judgements.get(query) ?? new Map<string, number>();
    judgements.set(query, grades.set(record['corpus-id'], record.score));
  }
  const queries = (await allRecords(join(folder, 'queries.jsonl'), queryRecord))
    .filter(({ _id }) => judgements.has(_id))
    .map(({ _id: id, text }) => ({ id, text }));
  if (queries.length === 0) {
    throw new OctavecError('DATA_INVALID', { path: folder, why: 'none of its queries has a judgement' });
  }
  return {
    kind: 'retrieval',
    name: basename(resolve(folder)),
    corpus: { count: await countRecords(corpus), read: () => documentsOf(corpus) },
    queries,
    judgements,
  };
}

async function* documentsOf(path: string): AsyncGenerator<CorpusDocument> {
  for await (const { _id, title, text } of readRecords(path, documentRecord)) {
    yield { id: _id, text: `${title ?? ''} ${text}`.trim() };
  }
}
