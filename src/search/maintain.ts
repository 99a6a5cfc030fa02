import type { Location, TaskOptions } from '../base/index.js';
import { checkIndexFiles, type Damage, type RepairOutcome, repairIndexFiles } from '../store/index.js';
import { HeldModel } from './held-model.js';
import { unitMatrix } from './index-model.js';
import type { IndexOptions } from './index-options.js';
import { folderOf } from './open-store.js';

const databaseHint = 'A database checks and restores its data by tools of its own.';

/**
 * Reads every byte of an index and names the files that are not what they were when they were written.
 *
 * @throws INDEX_NOT_FOUND, CANCELLED, USAGE
 * @example
 * ```ts
 * for (const { path, why } of await checkIndex('docs.index')) console.log(path, why);
 * ```
 */
export function checkIndex(location: Location, options: TaskOptions = {}): Promise<readonly Damage[]> {
  return checkIndexFiles(folderOf(location, 'search check', databaseHint), options);
}

/**
 * Rebuilds an index from what is whole of it: documents whose texts are whole are kept, and vectors that are damaged are made again
 * from the texts.
 *
 * @throws INDEX_NOT_FOUND, INDEX_DAMAGED where neither list of its segments can be read, OUTPUT_BUSY, OUTPUT_NOT_WRITABLE,
 *   DISK_FULL, CANCELLED, and what loading and embedding throw
 * @example
 * ```ts
 * const { damage, lost } = await repairIndex('docs.index');
 * ```
 */
export async function repairIndex(
  location: Location,
  options: TaskOptions & Pick<IndexOptions, 'model' | 'variant' | 'loadModel'> = {},
): Promise<RepairOutcome> {
  const path = folderOf(location, 'search repair', databaseHint);
  const { signal, onProgress, ...modelOptions } = options;
  const model = new HeldModel(path, modelOptions, path);
  try {
    return await repairIndexFiles(
      path,
      async (manifest) => {
        const embedder = await model.embedding(manifest);
        const { documentPrompt: prompt, dimensions } = manifest.model;
        return async (texts) => unitMatrix(await embedder.embed(texts, { prompt, dimensions, signal }));
      },
      { signal, onProgress },
    );
  } finally {
    await model.close();
  }
}
