import { OctavecError, reasonOf } from './errors.js';
import { codeOf } from './system-error.js';

/**
 * Loads a package that octavec uses for a few of its features, and that is installed by those who use them.
 *
 * @param load imports it, so that its types are known
 * @param what it is needed for: "S3 storage"
 * @throws PACKAGE_MISSING
 * @example
 * ```ts
 * const { Queue } = await optionalPackage(() => import('bullmq'), 'bullmq', 'A queue of shards');
 * ```
 */
export async function optionalPackage<Module>(
  load: () => Promise<Module>,
  name: string,
  what: string,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (codeOf(error) === 'ERR_MODULE_NOT_FOUND' && reasonOf(error).includes(`'${name}'`)) {
      throw new OctavecError('PACKAGE_MISSING', { name, what }, error);
    }
    throw error;
  }
}
