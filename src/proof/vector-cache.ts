import { join } from 'node:path';
import { ownVectorCache, type VectorCache } from '../embed/index.js';
import { checkWritable } from '../files/index.js';

export interface VectorCacheOptions {
  /** Where vectors are kept; false: nowhere. By default in the user's cache folder. */
  readonly cache?: string | false;
  /** Told once if the user's cache folder cannot be written; the work goes on without. */
  readonly onNote?: (note: string) => void;
}

/**
 * Returns where vectors are kept; undefined for nowhere.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL for a folder that was asked for and cannot be written
 */
export async function openVectorCache({ cache, onNote }: VectorCacheOptions): Promise<VectorCache | undefined> {
  if (cache === false) {
    return undefined;
  }
  if (cache !== undefined) {
    await checkWritable(join(cache, 'vectors.f32'));
    return { folder: cache };
  }
  return ownVectorCache((why) => onNote?.(`vectors are not kept, and what is interrupted begins anew. ${why}`));
}
