import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, OctavecError, reasonOf, type TaskOptions, throwIfCancelled } from '../../base/index.js';
import { fileHash } from '../../files/index.js';
import { listPath, readSegmentList, type SegmentEntry, segmentsFolder } from './segment-list.js';

/** A file of an index that is not what it was when it was written. */
export interface Damage {
  /** The damaged file. */
  readonly path: string;
  /** What is wrong with it. */
  readonly why: string;
}

/** Finds damaged files of a segment: [name, why]. */
export async function damagedFiles(folder: string, entry: SegmentEntry): Promise<[string, string][]> {
  const damaged: [string, string][] = [];
  for (const [name, { bytes, sha256 }] of Object.entries(entry.files)) {
    const why = await whyDamaged(join(folder, entry.name, name), bytes, sha256);
    if (why !== undefined) {
      damaged.push([name, why]);
    }
  }
  return damaged;
}

async function whyDamaged(path: string, bytes: number, sha256: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size !== bytes) {
      return `it has ${size} bytes, not ${bytes}`;
    }
    return (await fileHash(path)) === sha256 ? undefined : 'its bytes are not those that were written';
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'it is missing' : reasonOf(error);
  }
}

/**
 * Reads every byte of an index and compares it with the checksums.
 *
 * @throws INDEX_NOT_FOUND, CANCELLED
 */
export async function checkIndexFiles(folder: string, { signal, onProgress }: TaskOptions = {}): Promise<Damage[]> {
  const path = listPath(folder);
  const list = await readSegmentList(path).catch((error: unknown) => {
    if (error instanceof OctavecError && error.code === 'INDEX_DAMAGED') {
      return error as OctavecError<'INDEX_DAMAGED'>;
    }
    throw error;
  });
  if (list === undefined) {
    throw new OctavecError('INDEX_NOT_FOUND', { path: folder });
  }
  if (list instanceof OctavecError) {
    return [{ path, why: list.details.why }];
  }
  const segments = segmentsFolder(folder);
  const damage: Damage[] = [];
  for (const [i, entry] of list.segments.entries()) {
    throwIfCancelled(signal, 'checking the index');
    onProgress?.({ stage: 'Checking', done: i, total: list.segments.length, unit: 'segments' });
    const damaged = await damagedFiles(segments, entry);
    damage.push(...damaged.map(([name, why]) => ({ path: join(segments, entry.name, name), why })));
  }
  return damage;
}
