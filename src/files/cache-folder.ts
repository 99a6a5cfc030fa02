import { chmod, lstat } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { makeFolders } from './make-folders.js';

/** Returns where octavec keeps what it can make again: `OCTAVEC_CACHE`, else `octavec` in the user's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { OCTAVEC_CACHE: own, XDG_CACHE_HOME: shared } = environment;
  return own || join(shared || join(homedir(), '.cache'), 'octavec');
}

/**
 * Returns a folder of this user for where {@link cacheFolder} cannot be written to, in the system's folder for
 * temporary files.
 *
 * @throws Error if it is somebody else's: what is in it is believed
 */
export async function temporaryCacheFolder(): Promise<string> {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `octavec-${uid}`);
  await makeFolders(folder, 0o700);
  const facts = await lstat(folder);
  if (!facts.isDirectory() || (uid >= 0 && facts.uid !== uid)) {
    throw new Error(`${folder} is not a folder of this user`);
  }
  await chmod(folder, 0o700);
  return folder;
}
