import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OctavecError } from '../../base/index.js';

const require = createRequire(import.meta.url);

/** Tasks in the package @octavec/datasets, which needs no network. */
export const embeddedTaskNames: readonly string[] = ['scifact-mini', 'banking77-mini'];

/**
 * Where an embedded task lies; undefined for other names.
 *
 * @throws FILE_NOT_FOUND if the package is not installed
 */
export async function embeddedTaskFolder(name: string): Promise<string | undefined> {
  if (!embeddedTaskNames.includes(name)) {
    return undefined;
  }
  try {
    return join(dirname(require.resolve('@octavec/datasets/package.json')), name);
  } catch (error) {
    const what = 'The package with the embedded tasks (npm install @octavec/datasets)';
    throw new OctavecError('FILE_NOT_FOUND', { path: '@octavec/datasets', what }, error);
  }
}
