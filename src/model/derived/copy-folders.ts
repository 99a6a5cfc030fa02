import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../base/index.js';
import { makeFolders } from '../../files/index.js';

/**
 * The copies of a model lie in a folder of their own, beside a note that says what they are copies of. The time of the
 * note is that of their last use.
 */

/** What was not used for as long as this is made anew when it is needed again. */
const keepUnusedMs = 30 * 24 * 60 * 60 * 1000;

/** A note that is younger is not written again. */
const noteAgainMs = 24 * 60 * 60 * 1000;

const noteName = 'source';

/** Notes that the copies in a folder are used now. */
export async function noteUse(folder: string, source: string): Promise<void> {
  const note = join(folder, noteName);
  const last = await stat(note).catch(() => undefined);
  if (last === undefined || Date.now() - last.mtimeMs > noteAgainMs) {
    await makeFolders(folder);
    await writeFile(note, source);
  }
}

/** Removes copies of models that are gone, and those that were not used for long. */
export async function removeUnusedCopies(root: string, now = Date.now()): Promise<void> {
  for (const name of await readdir(root)) {
    const folder = join(root, name);
    const note = join(folder, noteName);
    const source = await readFile(note, 'utf8').catch(() => undefined);
    const lastUse = await stat(source === undefined ? folder : note).catch(() => undefined);
    const isUnused = lastUse !== undefined && now - lastUse.mtimeMs > keepUnusedMs;
    if (isUnused || (source !== undefined && (await isGone(source)))) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function isGone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: unknown) => codeOf(error) === 'ENOENT',
  );
}
