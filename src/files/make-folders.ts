import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../base/index.js';

/**
 * Makes a folder and those that it lies in. Node's `recursive` turns for ever in file systems that say of a new folder
 * that it does not exist (`/proc`).
 *
 * @param mode of new folders
 * @returns the outermost folder that was made, undefined if all are there
 */
export async function makeFolders(path: string, mode?: number): Promise<string | undefined> {
  const folder = resolve(path);
  if (await isMade(folder, mode)) {
    return folder;
  }
  const parent = dirname(folder);
  if ((await isFolder(folder)) || parent === folder) {
    return undefined;
  }
  const outermost = await makeFolders(parent, mode);
  try {
    await mkdir(folder, mode);
  } catch (error) {
    // Somebody else may have been quicker.
    if (!(await isFolder(folder))) {
      throw error;
    }
  }
  return outermost ?? folder;
}

/** Makes a folder. Returns false where it exists, or where its parent does not. */
async function isMade(folder: string, mode: number | undefined): Promise<boolean> {
  try {
    await mkdir(folder, mode);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || (await isFolder(folder))) {
      return false;
    }
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
