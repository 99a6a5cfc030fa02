import { open, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { throwIfCancelled } from '../base/index.js';
import { asOutputError, makeFolders } from '../files/index.js';

const beatMs = 5_000;
/** Whoever did not touch its lock for so long is gone. */
const staleMs = 30_000;
const lookMs = 200;

/**
 * Does some work while no other process does it. A lock is a file that its holder touches every few seconds; one that
 * nobody touches any more is taken over.
 *
 * @throws CANCELLED, OUTPUT_NOT_WRITABLE, DISK_FULL, and what the work throws
 */
export async function withFileLock<Result>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  while (!(await taken(path))) {
    throwIfCancelled(signal, 'waiting for another download');
    const touched = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (touched !== undefined && Date.now() - touched > staleMs) {
      await rm(path, { force: true });
    } else {
      await delay(lookMs);
    }
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(path, { force: true });
  }
}

async function taken(path: string): Promise<boolean> {
  try {
    await makeFolders(dirname(path));
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw asOutputError(error, path);
  }
}
