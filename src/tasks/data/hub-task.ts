import { OctavecError } from '../../base/index.js';
import {
  fetchSnapshot,
  isRepositoryId,
  type Repository,
  type Snapshot,
  type SnapshotOptions,
} from '../../hub/index.js';
import type { Task, TaskKind } from '../task.js';
import { datasetTask } from './dataset-task.js';
import { type TaskFiles, taskFiles } from './task-files.js';

/** A data set of the hub, or a part of it: "mteb/amazon_massive_intent/en@main". */
interface HubDataset {
  readonly repository: Repository;
  readonly subset?: string;
}

/** What the hub keeps of every data set that it can read: Parquet files, by part and split. */
const convertedRevision = 'refs/convert/parquet';

/** Reads "owner/name", with "/part" and "@revision" where they are wanted; undefined for other texts. */
export function parseHubDataset(text: string): HubDataset | undefined {
  const [, id, subset, revision] = /^([^/@]+\/[^/@]+)(?:\/([^/@]+))?(?:@(.+))?$/.exec(text) ?? [];
  if (id === undefined || !isRepositoryId(id)) {
    return undefined;
  }
  return { repository: { kind: 'dataset', id, ...(revision && { revision }) }, ...(subset && { subset }) };
}

/**
 * Returns a task from a data set of the hub, fetched into its cache as far as the task needs it. Data in a form that
 * cannot be read are taken from the hub's own conversion to Parquet; judgements in a data set of their own
 * ("BeIR/scifact-qrels") are found.
 *
 * @throws HUB_NOT_FOUND, HUB_DENIED, HUB_OFFLINE, HUB_UNREACHABLE, HUB_CORRUPT, DATA_INVALID, OUTPUT_NOT_WRITABLE,
 *   DISK_FULL, CANCELLED
 */
export async function hubTask(
  { repository, subset }: HubDataset,
  kind?: TaskKind,
  options: SnapshotOptions = {},
): Promise<Task> {
  const { id, revision } = repository;
  let { snapshot, files } = await fetchTaskFiles(repository, subset, options);
  if (isEmpty(files) && revision === undefined) {
    const converted = { ...repository, revision: convertedRevision };
    ({ snapshot, files } = await fetchTaskFiles(converted, subset, options).catch((error: unknown) => {
      // The hub converts what it can read; it is no news that this is not among it.
      if (error instanceof OctavecError && error.code === 'HUB_NOT_FOUND') {
        return { snapshot, files };
      }
      throw error;
    }));
  }
  if (files.corpus.length > 0 && files.qrels.length === 0) {
    const judged = await fetchTaskFiles({ kind: 'dataset', id: `${id}-qrels` }, undefined, options);
    const test = judged.files.test.map((path) => `${judged.snapshot.folder}/${path}`);
    return datasetTask(nameOf(id, subset), id, '', { ...inFolder(files, snapshot.folder), qrels: test }, kind);
  }
  return datasetTask(nameOf(id, subset), id, snapshot.folder, files, kind);
}

function nameOf(id: string, subset: string | undefined): string {
  const name = id.slice(id.indexOf('/') + 1);
  return subset === undefined ? name : `${name}/${subset}`;
}

function inFolder(files: TaskFiles, folder: string): TaskFiles {
  const all = (paths: readonly string[]) => paths.map((path) => `${folder}/${path}`);
  const { corpus, queries, qrels, topRanked, train, test } = files;
  return {
    corpus: all(corpus),
    queries: all(queries),
    qrels: all(qrels),
    topRanked: all(topRanked),
    train: all(train),
    test: all(test),
  };
}

function isEmpty({ corpus, test }: TaskFiles): boolean {
  return corpus.length === 0 && test.length === 0;
}

async function fetchTaskFiles(
  repository: Repository,
  subset: string | undefined,
  options: SnapshotOptions,
): Promise<{ readonly snapshot: Snapshot; readonly files: TaskFiles }> {
  const choose = (paths: readonly string[]) => {
    const found = taskFiles(paths, subset);
    if ('subsets' in found) {
      const known = found.subsets.filter(Boolean).slice(0, 20).join(', ');
      const why = `it has several parts; name one of ${known} behind a slash (${repository.id}/…)`;
      throw new OctavecError('DATA_INVALID', { path: repository.id, why });
    }
    return found;
  };
  const snapshot = await fetchSnapshot(repository, (paths) => Object.values(choose(paths)).flat(), options);
  return { snapshot, files: choose(snapshot.files) };
}
