import { OctavecError, parseKeys } from '../base/index.js';
import { readText } from '../files/index.js';

/**
 * Reads the API keys of a file, as {@link parseKeys} does.
 *
 * @throws FILE_NOT_READABLE; USAGE for a file without a key
 */
export async function readKeyFile(path: string): Promise<string[]> {
  const keys = parseKeys(await readText(path));
  if (keys.length === 0) {
    throw new OctavecError('USAGE', { problem: `${path} holds no key`, hint: 'Write one a line.' });
  }
  return keys;
}
