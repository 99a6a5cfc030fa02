import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Location, OctavecError, type TaskOptions, throwIfCancelled } from '../../base/index.js';
import { type IndexManifest, SegmentStore } from '../../store/index.js';
import { judgedQueries, type RetrievalTask } from '../../tasks/index.js';
import { HeldModel } from '../held-model.js';
import { nameOf } from '../index-model.js';
import type { IndexOptions } from '../index-options.js';
import { folderOf } from '../open-store.js';
import { copyAs, embedAgain } from './copy-index.js';
import type { IndexEvaluation } from './index-evaluation.js';
import { judgedId } from './judged-id.js';
import { measureWays, type PreparedWay, percentiles } from './measure-ways.js';
import { type Way, waysOf } from './ways.js';

/** How `evaluateIndex` measures an index. */
export interface EvaluateIndexOptions extends TaskOptions, Pick<IndexOptions, 'model' | 'loadModel' | 'onNote'> {
  /** File of questions, with `_id` and `text`: JSON lines, JSON, CSV, TSV or Parquet. */
  readonly queries: string;
  /** File of judgements, with `query-id`, `corpus-id` and `score`. */
  readonly qrels: string;
  /** A variant of the index's model to try: for the questions alone, and for questions and documents, which are embedded anew. */
  readonly variant?: string;
}

/**
 * Measures what answers from an index are worth, and what each saving costs: vectors of fewer bits, words alone, both together, another
 * variant of the model. The index stays as it is; copies of it are made in the folder for temporary files, and removed.
 *
 * @throws INDEX_NOT_FOUND, INDEX_DAMAGED, FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID, CANCELLED, and what loading and embedding throw
 * @example
 * ```ts
 * const { ways } = await evaluateIndex('docs.index', { queries: 'queries.jsonl', qrels: 'qrels.tsv', variant: 'int8' });
 * for (const { name, metrics, searchMs } of ways) console.log(name, metrics['ndcg@10'], searchMs.p50);
 * ```
 */
export async function evaluateIndex(location: Location, options: EvaluateIndexOptions): Promise<IndexEvaluation> {
  const path = folderOf(location, 'evaluate --queries', 'Evaluate an index of the same documents in a folder.');
  const { variant, model, loadModel, onNote, signal, onProgress } = options;
  const files = { queries: [options.queries], qrels: [options.qrels] };
  const judged = await judgedQueries(`${options.queries} and ${options.qrels}`, files);
  const source = await SegmentStore.open(path);
  const folder = await mkdtemp(join(tmpdir(), 'octavec-evaluate-'));
  const models = {
    own: new HeldModel(path, { model, loadModel, onNote }, path),
    variant: new HeldModel(path, { model, loadModel, onNote, variant }, path),
  };
  const copies = new Map<string, SegmentStore>();
  try {
    const manifest = await source.readManifest();
    if (manifest === undefined) {
      throw new OctavecError('INDEX_NOT_FOUND', { path });
    }
    const facts = await source.facts();
    const { isJudged, notes } = judgedDocuments(path, judged, (await source.hashes()).keys());
    const storeOf = async ({ vectors, documents }: Way) => {
      const name = `${documents}-${vectors}`;
      const copy = copies.get(name) ?? (await makeCopy(join(folder, name), { vectors, documents }, manifest));
      copies.set(name, copy);
      return copy;
    };
    const makeCopy = async (
      target: string,
      { vectors, documents }: Pick<Way, 'vectors' | 'documents'>,
      of: IndexManifest,
    ) => {
      const wanted = { ...of, vectors };
      return documents === 'own'
        ? copyAs(source, target, wanted, { signal, onProgress })
        : embedAgain(source, target, wanted, await models.variant.asked(of), { signal, onProgress });
    };
    const asked: Partial<Record<Way['questions'], Questions>> = {};
    const questionsOf = async (by: Way['questions']) => {
      asked[by] ??= await embedQuestions(models[by], manifest, judged.queries, { signal, onProgress });
      return asked[by].vectors;
    };
    const prepared: PreparedWay[] = [];
    for (const way of waysOf(variant)) {
      const questions = await questionsOf(way.questions);
      prepared.push({ way, questions, store: await storeOf(way), manifest: { ...manifest, vectors: way.vectors } });
    }
    const questionMs = Object.fromEntries(Object.entries(asked).map(([by, { times }]) => [by, percentiles(times)]));
    const ways = await measureWays(prepared, judged, facts, isJudged, { signal, onProgress });
    return {
      ...{ documents: facts.documents, passages: facts.chunks, questions: judged.queries.length },
      ...{ model: nameOf(manifest.model), ...(variant !== undefined && { variant }), questionMs, ways, notes },
    };
  } finally {
    await Promise.all([source, ...copies.values(), models.own, models.variant].map((one) => one.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

interface Questions {
  /** [questions] each of length 1. */
  readonly vectors: readonly Float32Array[];
  /** Milliseconds of each. */
  readonly times: readonly number[];
}

/** Embeds questions one after the other, as they are asked. */
async function embedQuestions(
  model: HeldModel,
  manifest: IndexManifest,
  queries: RetrievalTask['queries'],
  { signal, onProgress }: TaskOptions,
): Promise<Questions> {
  await model.asked(manifest);
  const vectors: Float32Array[] = [];
  const times: number[] = [];
  for (const [done, { text }] of queries.entries()) {
    throwIfCancelled(signal, 'evaluating the index');
    onProgress?.({ stage: 'Embedding questions', done, total: queries.length, unit: 'questions' });
    const start = performance.now();
    vectors.push(await model.embedQuery(manifest, text, signal));
    times.push(performance.now() - start);
  }
  return { vectors, times };
}

/** Lists the documents that judgements name, and whether the index holds them. */
function judgedDocuments(
  path: string,
  { queries, judgements }: Pick<RetrievalTask, 'queries' | 'judgements'>,
  documents: Iterable<string>,
): { readonly isJudged: (id: string) => boolean; readonly notes: readonly string[] } {
  const known = new Set<string>();
  const relevant = new Set<string>();
  for (const { id } of queries) {
    for (const [document, grade] of judgements.get(id) ?? []) {
      known.add(document);
      if (grade > 0) {
        relevant.add(document);
      }
    }
  }
  const isJudged = (id: string) => known.has(id);
  const held = new Set([...documents].map((document) => judgedId(document, isJudged)));
  const missing = [...relevant].filter((id) => !held.has(id)).length;
  if (missing === relevant.size) {
    const why = relevant.size === 0 ? 'no document is judged to be relevant' : 'no relevant document is in the index';
    throw new OctavecError('DATA_INVALID', { path, why });
  }
  return {
    isJudged,
    notes: missing === 0 ? [] : [`${missing} of ${relevant.size} relevant documents are missing from the index`],
  };
}
