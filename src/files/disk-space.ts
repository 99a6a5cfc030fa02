import { stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { formatBytes, OctavecError } from '../base/index.js';

/** Left free in any case: a full disk hurts other programs. */
const reserveBytes = 16 * 2 ** 20;

/**
 * Checks that a disk has room for what is about to be written. Where the disk does not say, it is found out by writing.
 *
 * @param folder need not exist yet
 * @throws DISK_TOO_SMALL
 */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  if (bytes === 0) {
    return;
  }
  const facts = await statfs(await existingFolder(resolve(folder))).catch(() => undefined);
  const free = facts === undefined ? Number.POSITIVE_INFINITY : Number(facts.bavail) * Number(facts.bsize);
  if (bytes + reserveBytes > free) {
    throw new OctavecError('DISK_TOO_SMALL', { path: folder, needed: formatBytes(bytes), free: formatBytes(free) });
  }
}

async function existingFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  const parent = dirname(folder);
  return found !== undefined || parent === folder ? folder : existingFolder(parent);
}
