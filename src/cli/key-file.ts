import { readFile } from 'node:fs/promises';
import { OctavecError, parseKeys, reasonOf } from '../base/index.js';

/**
 * Reads the API keys of a file, as {@link parseKeys} does.
 *
 * @throws FILE_NOT_READABLE; USAGE for a file without a key
 */
export async function readKeyFile(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  });
  const keys = parseKeys(text);
  if (keys.length === 0) {
    throw new OctavecError('USAGE', { problem: `${path} holds no key`, hint: 'Write one a line.' });
  }
  return keys;
}
