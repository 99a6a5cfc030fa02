import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { OctavecError, reasonOf } from '../base/index.js';

/**
 * Returns the SHA-256 of a file's bytes, in hex.
 *
 * @throws FILE_NOT_READABLE
 */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  } catch (error) {
    throw new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  }
  return hash.digest('hex');
}

/**
 * Returns the SHA-256 of files that belong together, in their order, in hex; of one file its own.
 *
 * @throws FILE_NOT_READABLE
 */
export async function filesHash(paths: readonly string[]): Promise<string> {
  const hashes = await Promise.all(paths.map(fileHash));
  return hashes.length === 1 ? hashes[0] : createHash('sha256').update(hashes.join()).digest('hex');
}

/** Returns the SHA-256 of texts, in hex: the same texts in the same order give the same hash. */
export function textsHash(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) {
    hash.update(`${Buffer.byteLength(text)}:`).update(text);
  }
  return hash.digest('hex');
}
