import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import type { Task, TaskKind } from '../tasks/task.js';
import { readBeirFolder } from './beir-folder.js';
import { embeddedTaskFolder, embeddedTaskNames } from './embedded-tasks.js';
import { allRecords, recordFile } from './records.js';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const labelled = z.object({ text: z.string(), label: z.union([z.string(), z.number()]).transform(String) });
const scored = z.object({ sentence1: z.string(), sentence2: z.string(), score: z.coerce.number() });
const paired = z.object({
  sentence1: z.string(),
  sentence2: z.string(),
  label: z.union([z.literal([0, 1]), z.enum(['0', '1']).transform((label) => (label === '1' ? 1 : 0))]),
});
const reranked = z.object({ query: z.string(), positive: texts, negative: texts });

/** How a file becomes a task of a kind. Retrieval is a folder. */
const readers: Record<
  Exclude<TaskKind, 'retrieval' | 'classification'>,
  (path: string, name: string) => Promise<Task>
> = {
  sts: async (path, name) => {
    const pairs = await allRecords(path, scored);
    return {
      kind: 'sts',
      name,
      pairs: pairs.map((p) => ({ first: p.sentence1, second: p.sentence2, score: p.score })),
    };
  },
  'pair-classification': async (path, name) => {
    const pairs = await allRecords(path, paired);
    return {
      kind: 'pair-classification',
      name,
      pairs: pairs.map((p) => ({ first: p.sentence1, second: p.sentence2, label: p.label })),
    };
  },
  reranking: async (path, name) => {
    const queries = await allRecords(path, reranked);
    return { kind: 'reranking', name, queries: queries.map(({ query, ...rest }) => ({ text: query, ...rest })) };
  },
  clustering: async (path, name) => ({ kind: 'clustering', name, texts: await allRecords(path, labelled) }),
};

/**
 * The task that a word names: an embedded one ("scifact-mini"), a folder (BEIR's layout for retrieval; train and test
 * files with label and text for classification), or a kind and a file ("sts:my-pairs.tsv").
 *
 * @throws TASK_UNKNOWN, FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID
 */
export async function readTask(spec: string): Promise<Task> {
  const embedded = await embeddedTaskFolder(spec);
  if (embedded !== undefined) {
    return readFolder(embedded);
  }
  const [, kind, path] = /^([a-z-]+):(.+)$/.exec(spec) ?? [undefined, undefined, spec];
  if (kind === undefined) {
    return readFolder(path);
  }
  const name = basename(path, extname(path));
  if (Object.hasOwn(readers, kind)) {
    return filled(await readers[kind as keyof typeof readers](path, name), path);
  }
  if (kind === 'retrieval' || kind === 'classification') {
    return readFolder(path);
  }
  throw unknownTask(spec);
}

async function readFolder(folder: string): Promise<Task> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw unknownTask(folder);
  }
  if (await recordFile(folder, 'corpus')) {
    return readBeirFolder(folder);
  }
  const [train, test] = [await recordFile(folder, 'train'), await recordFile(folder, 'test')];
  if (train === undefined || test === undefined) {
    const why = 'it has neither corpus.jsonl (retrieval) nor train and test files (classification)';
    throw new OctavecError('DATA_INVALID', { path: folder, why });
  }
  const task: Task = {
    kind: 'classification',
    name: basename(resolve(folder)),
    train: await allRecords(train, labelled),
    test: await allRecords(test, labelled),
  };
  return filled(task, join(folder, 'train and test'));
}

/** A task without items would have figures without meaning. */
function filled(task: Task, path: string): Task {
  const sizes = Object.values(task).flatMap((part) => (Array.isArray(part) ? [part.length] : []));
  if (Math.min(...sizes) < 2) {
    throw new OctavecError('DATA_INVALID', { path, why: 'it holds fewer than two items' });
  }
  return task;
}

function unknownTask(task: string): OctavecError {
  return new OctavecError('TASK_UNKNOWN', { task, known: embeddedTaskNames.join(', ') });
}
