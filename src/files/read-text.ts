import { readFile } from 'node:fs/promises';
import { isMissing, OctavecError, reasonOf } from '../base/index.js';

/**
 * Reads a file of text.
 *
 * @throws FILE_NOT_READABLE, also if there is no such file
 */
export async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  });
}

/**
 * Reads a file of text. Returns undefined if there is no such file.
 *
 * @throws FILE_NOT_READABLE
 */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  return readText(path).catch((error: OctavecError) => {
    if (isMissing(error.cause)) {
      return undefined;
    }
    throw error;
  });
}
