import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OctavecError } from '../base/index.js';
import { makeFolders } from './make-folders.js';
import { asOutputError, removeFolders } from './output-file.js';

/** A temporary folder beside a target. */
export interface Staging {
  readonly folder: string;
  /** Removes it, and folders that were made for it alone. */
  discard(): Promise<void>;
}

/**
 * Makes a temporary folder beside a target: what is written there can be tried, then renamed into its place.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function openStaging(target: string): Promise<Staging> {
  const parent = dirname(target);
  let madeFolder: string | undefined;
  try {
    madeFolder = await makeFolders(parent);
    const folder = await mkdtemp(join(parent, '.octavec-'));
    return {
      folder,
      discard: async () => {
        await rm(folder, { recursive: true, force: true });
        await removeFolders(parent, madeFolder);
      },
    };
  } catch (error) {
    await removeFolders(parent, madeFolder);
    throw asOutputError(error, target);
  }
}

/**
 * Finds out before the long work whether a target can be written after it.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function checkWritable(target: string): Promise<void> {
  const existing = await stat(target).catch(() => undefined);
  if (existing?.isDirectory()) {
    throw new OctavecError('OUTPUT_NOT_WRITABLE', { path: target, why: 'it is a folder' });
  }
  const staging = await openStaging(target);
  await staging.discard();
}

/**
 * Makes sure that a folder is empty, or not there yet.
 *
 * @throws OUTPUT_NOT_WRITABLE
 */
export async function checkVacant(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found !== undefined && (!found.isDirectory() || (await readdir(folder)).length > 0)) {
    throw new OctavecError('OUTPUT_NOT_WRITABLE', { path: folder, why: 'it is there already, and not empty' });
  }
}
