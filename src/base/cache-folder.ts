import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where octavec keeps what it can make again: `OCTAVEC_CACHE`, else `octavec` in the user's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { OCTAVEC_CACHE: own, XDG_CACHE_HOME: shared } = environment;
  return own || join(shared || join(homedir(), '.cache'), 'octavec');
}
