import { join } from 'node:path';
import { OctavecError } from '../../base/index.js';
import type { Task, TaskKind } from '../task.js';
import { itemReaders, kindOfFile } from './item-data.js';
import { meaningful } from './meaningful.js';
import { rerankingTask, retrievalTask } from './retrieval-data.js';
import type { TaskFiles } from './task-files.js';

/**
 * Returns the task that the files of a data set are, found from what there is and what its fields are called.
 *
 * @param where as a person would name the data, for errors
 * @param asked the kind, where it is known; labelled texts can be clustered as well as classified
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID
 */
export async function datasetTask(
  name: string,
  where: string,
  folder: string,
  paths: TaskFiles,
  asked?: TaskKind,
): Promise<Task> {
  const inFolder = (names: readonly string[]) => names.map((path) => join(folder, path));
  const files = {
    corpus: inFolder(paths.corpus),
    queries: inFolder(paths.queries),
    qrels: inFolder(paths.qrels),
    topRanked: inFolder(paths.topRanked),
  };
  if (files.corpus.length > 0 && (asked === undefined || asked === 'retrieval' || asked === 'reranking')) {
    if (files.queries.length === 0 || files.qrels.length === 0) {
      const why = `it has ${files.queries.length === 0 ? 'no queries' : 'neither qrels/test.tsv nor qrels.tsv'}`;
      throw new OctavecError('DATA_INVALID', { path: where, why });
    }
    const task = await (files.topRanked.length > 0 && asked !== 'retrieval'
      ? rerankingTask(name, where, files)
      : retrievalTask(name, where, files));
    return meaningful(task, where);
  }
  const [test, train] = [inFolder(paths.test), inFolder(paths.train)];
  if (test.length === 0) {
    const why = 'it has neither corpus.jsonl (retrieval) nor a test file';
    throw new OctavecError('DATA_INVALID', { path: where, why });
  }
  const kind = asked ?? (await kindOfFile(test[0], train.length > 0));
  if (kind === undefined || kind === 'retrieval' || (kind === 'classification' && train.length === 0)) {
    const why = kind === 'classification' ? 'it has no train file' : 'its fields are those of no kind of task';
    throw new OctavecError('DATA_INVALID', { path: where, why });
  }
  return meaningful(await itemReaders[kind](name, test, train), where);
}
