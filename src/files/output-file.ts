import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isSystemError, OctavecError, reasonOf } from '../base/index.js';
import { makeFolders } from './make-folders.js';

/**
 * Writes files that belong together beside their targets under temporary names, syncs them and renames them, so that
 * every target is either whole or untouched. Missing folders are made.
 *
 * @param targets in the order of renaming: what refers to the others comes last
 * @param write gets the open files, in the order of the targets, and their temporary names
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL; temporary files and new folders are gone then. What `write` throws itself
 *   passes through.
 */
export async function writeOutputs<Result>(
  targets: readonly string[],
  write: (files: readonly FileHandle[], temporaryPaths: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const outputs: Output[] = [];
  const renamed: Output[] = [];
  try {
    for (const target of targets) {
      outputs.push(await openOutput(target));
    }
    const result = await write(
      outputs.map((output) => output.file),
      outputs.map((output) => output.temporary),
    );
    for (const { file, target } of outputs) {
      await file.sync().catch((error) => Promise.reject(asOutputError(error, target)));
      await file.close().catch((error) => Promise.reject(asOutputError(error, target)));
    }
    for (const output of outputs) {
      await rename(output.temporary, output.target);
      renamed.push(output);
    }
    return result;
  } catch (error) {
    // The half of a pair that has its name already is of no use without the other.
    await Promise.all(renamed.map(({ target }) => rm(target, { force: true }).catch(() => undefined)));
    // The first made the folders that the others lie in, so it is the last to go.
    for (const output of outputs.reverse()) {
      await discard(output);
    }
    throw asOutputError(error, targets[targets.length - 1]);
  }
}

/** Writes one file, whole or not at all. See {@link writeOutputs}. */
export function writeOutput<Result>(
  target: string,
  write: (file: FileHandle, temporaryPath: string) => Promise<Result>,
): Promise<Result> {
  return writeOutputs([target], ([file], [temporary]) => write(file, temporary));
}

/** Writes text or bytes into a file, whole or not at all. See {@link writeOutputs}. */
export async function writeOutputFile(target: string, content: string | Uint8Array): Promise<void> {
  await writeOutput(target, (file) => file.writeFile(content));
}

interface Output {
  readonly target: string;
  readonly temporary: string;
  readonly file: FileHandle;
  /** The outermost folder that had to be made. */
  readonly madeFolder: string | undefined;
}

async function openOutput(target: string): Promise<Output> {
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`;
  let madeFolder: string | undefined;
  try {
    madeFolder = await makeFolders(dirname(target));
    // Renaming would put a file in the place of a device, and fail on a folder after all the work.
    const existing = await stat(target).catch(() => undefined);
    if (existing !== undefined && !existing.isFile()) {
      const why = existing.isDirectory() ? 'it is a folder' : 'it is not a file';
      throw new OctavecError('OUTPUT_NOT_WRITABLE', { path: target, why });
    }
    return { target, temporary, file: await open(temporary, 'wx'), madeFolder };
  } catch (error) {
    await removeFolders(dirname(target), madeFolder);
    throw asOutputError(error, target);
  }
}

async function discard({ target, temporary, file, madeFolder }: Output): Promise<void> {
  await file.close().catch(() => undefined);
  await rm(temporary, { force: true }).catch(() => undefined);
  await removeFolders(dirname(target), madeFolder);
}

/**
 * Removes folders that were made for nothing, from the inside out, as far as they are empty.
 *
 * @param outermost what `makeFolders` said that it made, undefined for nothing
 */
export async function removeFolders(innermost: string, outermost: string | undefined): Promise<void> {
  if (outermost === undefined) {
    return;
  }
  const outer = resolve(outermost);
  try {
    for (let folder = resolve(innermost); folder.length >= outer.length; folder = dirname(folder)) {
      await rmdir(folder);
    }
  } catch {
    // Somebody put something into it meanwhile.
  }
}

/**
 * Turns an error of the file system into the table's; leaves others alone.
 *
 * @param kept what is left of an output that can be gone on with: "2048 texts"
 */
export function asOutputError(error: unknown, path: string, kept?: string): unknown {
  if (!isSystemError(error)) {
    return error;
  }
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new OctavecError('DISK_FULL', { path, kept }, error);
  }
  if (error.code === 'EFBIG') {
    const hint = 'Raise the limit (`ulimit -f`), or choose a file system that takes larger files.';
    return new OctavecError(
      'OUTPUT_NOT_WRITABLE',
      { path, why: 'the file would be larger than it may be', hint },
      error,
    );
  }
  return new OctavecError('OUTPUT_NOT_WRITABLE', { path, why: reasonOf(error) }, error);
}
