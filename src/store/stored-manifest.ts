import { OctavecError } from '../base/index.js';
import { type IndexManifest, indexManifest } from './manifest.js';

/**
 * Checks what a database holds as the manifest of an index, in a table called octavec.
 *
 * @param name of the index, as it may be shown
 * @throws STORE_FAILED where it is none
 */
export function storedManifest(name: string, value: unknown): IndexManifest {
  const { data, error } = indexManifest.safeParse(value);
  if (data === undefined) {
    const [{ path, message }] = error.issues;
    const field = path.length === 0 ? '' : `${path.join('.')}: `;
    const why = `what the index says of itself in its table octavec is not understood (${field}${message})`;
    throw new OctavecError('STORE_FAILED', { name, what: 'read', why });
  }
  return data;
}
