import { access, chmod, constants, lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf, homeFolder } from '../base/index.js';
import { makeFolders } from './make-folders.js';

/** Returns where octavec keeps what it can make again: `OCTAVEC_CACHE`, else `octavec` in the user's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { OCTAVEC_CACHE: own, XDG_CACHE_HOME: shared } = environment;
  return own || join(shared || join(homeFolder(), '.cache'), 'octavec');
}

/**
 * Returns a folder of this user for where {@link cacheFolder} cannot be written to, in the system's folder for
 * temporary files.
 *
 * @throws Error if it is somebody else's: what is in it is believed
 */
export async function temporaryCacheFolder(): Promise<string> {
  // Windows has no numbers of users: what is below its folder for temporary files is the user's own.
  const uid = process.getuid?.() ?? -1;
  const folder = join(tmpdir(), `octavec-${uid}`);
  await makeFolders(folder, 0o700);
  const facts = await lstat(folder);
  if (!facts.isDirectory() || (uid >= 0 && facts.uid !== uid)) {
    throw new Error(`${folder} is not a folder of this user`);
  }
  await chmod(folder, 0o700);
  return folder;
}

/**
 * Returns the folders in which something that was made may stand: {@link cacheFolder}, and where that cannot be written
 * to the temporary one as well.
 */
export async function cacheFolders(): Promise<readonly string[]> {
  const folder = cacheFolder();
  return (await canBeWritten(folder)) ? [folder] : [folder, ...(await temporaryCacheFolder().then(Array.of, () => []))];
}

/** Tells whether a folder, or its innermost parent that exists, may be written to. */
async function canBeWritten(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT' && dirname(folder) !== folder && canBeWritten(dirname(folder));
  }
}
