import { OctavecError } from '../base/index.js';
import { type IndexManifest, indexManifest } from './manifest.js';

/**
 * Checks what a database holds as the manifest of an index.
 *
 * @param name of the index, as it may be shown
 * @param table where it stands
 * @throws STORE_FAILED where it is none
 */
export function storedManifest(name: string, table: string, value: unknown): IndexManifest {
  const { data, error } = indexManifest.safeParse(value);
  if (data === undefined) {
    const [{ path, message }] = error.issues;
    const field = path.length === 0 ? '' : `${path.join('.')}: `;
    const why = `what the index says of itself in ${table} is not understood (${field}${message})`;
    throw new OctavecError('STORE_FAILED', { name, what: 'read', why });
  }
  return data;
}
