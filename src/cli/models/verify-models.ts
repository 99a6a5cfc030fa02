import { counted, OctavecError } from '../../base/index.js';
import { filesBelow } from '../../files/index.js';
import { damagedFiles } from '../../hub/index.js';
import type { ListedModel } from '../../registry/index.js';
import { interruptSignal } from '../interrupt.js';
import { progressLine } from '../progress-line.js';

/**
 * Hashes the files of models of the cache again, and prints which are damaged.
 *
 * @throws CACHE_DAMAGED, CANCELLED
 */
export async function verifyModels(models: readonly ListedModel[], json: boolean | undefined): Promise<void> {
  const signal = interruptSignal();
  const line = progressLine();
  const damaged: { readonly id: string; readonly path: string }[] = [];
  // Of other folders no hashes are known.
  const checked = models.filter((model) => model.source === 'hub');
  for (const { id, path } of checked) {
    const files = await filesBelow(path);
    const found = await damagedFiles(path, files, { signal, onProgress: line.onProgress }).finally(line.done);
    damaged.push(...found.map((file) => ({ id, path: file.path })));
  }
  if (json) {
    process.stdout.write(`${JSON.stringify({ models: checked.length, damaged })}\n`);
  } else {
    for (const { id, path } of damaged) {
      process.stdout.write(`${id}: ${path} is damaged; "octavec pull ${id}" fetches it again\n`);
    }
    process.stdout.write(`${counted(checked.length, 'model')} checked, ${counted(damaged.length, 'file')} damaged\n`);
  }
  if (damaged.length > 0) {
    throw new OctavecError('CACHE_DAMAGED', { folder: 'the cache', files: damaged.map(({ path }) => path) });
  }
}
