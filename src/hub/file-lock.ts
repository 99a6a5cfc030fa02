import { readlinkSync } from 'node:fs';
import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, throwIfCancelled } from '../base/index.js';
import { asOutputError, makeFolders } from '../files/index.js';

const beatMs = 5_000;
/** Whoever did not touch its lock for so long is gone. */
const staleMs = 30_000;
const lookMs = 200;

/**
 * Does some work while no other process does it. A lock is a file that says whose it is, and that its holder touches every
 * few seconds. One whose holder has died, or that nobody touches any more, is taken over.
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
    if (await isAbandoned(path)) {
      await clear(path);
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
    const file = await open(path, 'wx');
    await file.writeFile(`${machine()} ${process.pid}`).finally(() => file.close());
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      return false;
    }
    throw asOutputError(error, path);
  }
}

/** Removes an abandoned lock, under a lock of its own: of two that find it abandoned, one must not remove that of the other. */
async function clear(path: string): Promise<void> {
  const guard = `${path}.clear`;
  if (!(await taken(guard))) {
    await delay(lookMs);
    if (await isOld(guard)) {
      await rm(guard, { force: true });
    }
    return;
  }
  try {
    if (await isAbandoned(path)) {
      await rm(path, { force: true });
    }
  } finally {
    await rm(guard, { force: true });
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const [, where, pid] = /^(.*) (\d+)$/.exec(await readFile(path, 'utf8').catch(() => '')) ?? [];
  return (where === machine() && !isRunning(Number(pid))) || isOld(path);
}

async function isOld(path: string): Promise<boolean> {
  const touched = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.NaN,
  );
  return Date.now() - touched > staleMs;
}

/** Names where the number of a process means something: a host, and on Linux the container. */
function machine(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
