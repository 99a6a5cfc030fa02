import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import {
  checkObject,
  checkOptions,
  checkTaskOptions,
  checkText,
  type ErrorDetails,
  nearestName,
  OctavecError,
} from '../../base/index.js';
import { filesBelow } from '../../files/index.js';
import type { SnapshotOptions } from '../../hub/index.js';
import type { Task, TaskKind } from '../task.js';
import { datasetTask } from './dataset-task.js';
import { embeddedTaskFolder, embeddedTaskNames } from './embedded-tasks.js';
import { hubTask, parseHubDataset } from './hub-task.js';
import { itemReaders, kindOfFile } from './item-data.js';
import { meaningful } from './meaningful.js';
import { type MtebTask, mtebTask, mtebTaskNames } from './mteb-tasks.js';
import { recordEnding, taskFiles } from './task-files.js';

const kinds: readonly TaskKind[] = [
  'sts',
  'pair-classification',
  'retrieval',
  'reranking',
  'classification',
  'clustering',
];

/**
 * Reads the task that a word names: an embedded one ("scifact-mini"), a folder (BEIR's layout for retrieval; train and
 * test files with label and text for classification), a file whose fields say what it is, or a data set of the Hugging
 * Face hub ("mteb/stsbenchmark-sts"), also by MTEB's name for it ("STSBenchmark"). A kind in front ("sts:pairs.tsv",
 * "clustering:mteb/…") leaves nothing to be guessed.
 *
 * @throws TASK_UNKNOWN, FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID, and for the hub's data sets HUB_NOT_FOUND,
 *   HUB_DENIED, HUB_OFFLINE, HUB_UNREACHABLE, HUB_CORRUPT, OUTPUT_NOT_WRITABLE, DISK_FULL, CANCELLED
 * @example
 * ```ts
 * const { results } = await evaluate('./model', { tasks: [await readTask('scifact-mini')] });
 * ```
 */
export async function readTask(spec: string, options: SnapshotOptions = {}): Promise<Task> {
  checkText('spec', spec);
  checkOptions(options, { ...checkTaskOptions, settings: checkObject });
  const [, kind, path] = /^([a-z-]+):(.+)$/.exec(spec) ?? [undefined, undefined, spec];
  if (kind !== undefined && !isKind(kind)) {
    throw unknownTask(spec);
  }
  const place = embeddedTaskFolder(path) ?? path;
  const isFolder = await stat(place).then(
    (found) => found.isDirectory(),
    () => undefined,
  );
  if (isFolder) {
    return folderTask(place, kind);
  }
  if (isFolder === false || recordEnding.test(place)) {
    return fileTask(place, kind);
  }
  const known = mtebTask(path);
  if (known !== undefined && (kind ?? known.kind) === known.kind) {
    return taskOfMteb(path, known, options);
  }
  const dataset = parseHubDataset(path);
  if (dataset === undefined) {
    throw unknownTask(spec);
  }
  return hubTask(dataset, kind, options).catch((error: unknown) => {
    if (error instanceof OctavecError && error.code === 'HUB_NOT_FOUND') {
      const { endpoint, what, why } = error.details as ErrorDetails<'HUB_NOT_FOUND'>;
      const both = `${why}; nor is there a file or folder ${path} here`;
      throw new OctavecError('HUB_NOT_FOUND', { endpoint, what, why: both }, error);
    }
    throw error;
  });
}

function isKind(text: string): text is TaskKind {
  return (kinds as readonly string[]).includes(text);
}

async function folderTask(folder: string, kind: TaskKind | undefined): Promise<Task> {
  const files = taskFiles(await filesBelow(folder));
  if ('subsets' in files) {
    const why = `it has several parts; name the folder of one: ${files.subsets.join(', ')}`;
    throw new OctavecError('DATA_INVALID', { path: folder, why });
  }
  return datasetTask(basename(resolve(folder)), folder, folder, files, kind);
}

async function fileTask(path: string, asked: TaskKind | undefined): Promise<Task> {
  const kind = asked ?? (await kindOfFile(path, false));
  if (kind === undefined || kind === 'retrieval' || kind === 'classification') {
    const why = kind === undefined ? 'its fields are those of no kind of task' : `${kind} needs a folder, not a file`;
    throw new OctavecError('DATA_INVALID', { path, why });
  }
  const name = basename(path).replace(recordEnding, '');
  return meaningful(await itemReaders[kind](name, [path], []), path);
}

/** Returns a task of MTEB at MTEB's revision, and under its name, which prompts of models may refer to. */
async function taskOfMteb(
  name: string,
  { kind, id, revision, settings }: MtebTask,
  options: SnapshotOptions,
): Promise<Task> {
  const task = await hubTask({ repository: { kind: 'dataset', id, revision } }, kind, options);
  return { ...task, name, ...settings };
}

function unknownTask(task: string): OctavecError {
  const nearest = nearestName(task, [...embeddedTaskNames, ...mtebTaskNames]);
  return new OctavecError('TASK_UNKNOWN', { task, known: embeddedTaskNames.join(', '), nearest });
}
