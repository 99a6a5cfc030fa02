import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OctavecError, reasonOf } from './errors.js';

/**
 * Writes a file beside its target under a temporary name, syncs it and renames it, so that the target is either
 * whole or untouched. Missing folders are made.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL; the temporary file is gone then. What `write` throws itself passes through.
 */
export async function writeOutput<Result>(
  target: string,
  write: (file: FileHandle, temporaryPath: string) => Promise<Result>,
): Promise<Result> {
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true });
    const file = await open(temporary, 'wx');
    let result: Result;
    try {
      result = await write(file, temporary);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    return result;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asOutputError(error, target);
  }
}

/** Text or bytes into a file, whole or not at all. See {@link writeOutput}. */
export async function writeOutputFile(target: string, content: string | Uint8Array): Promise<void> {
  await writeOutput(target, (file) => file.writeFile(content));
}

/** Turns an error of the file system into the table's; leaves others alone. */
export function asOutputError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException)?.code;
  if (
    error instanceof OctavecError ||
    typeof code !== 'string' ||
    (error as NodeJS.ErrnoException).syscall === undefined
  ) {
    return error;
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new OctavecError('DISK_FULL', { path }, error);
  }
  return new OctavecError('OUTPUT_NOT_WRITABLE', { path, why: reasonOf(error) }, error);
}
