import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { reasonOf } from '../base/index.js';
import { cacheFolder } from '../files/index.js';
import type { Finding } from './finding.js';

/** Below this, a variant of a small model hardly fits. */
const tightBytes = 1e9;

/** Reports room where variants are written (the working folder) and where octavec keeps what it can make again. */
export async function diskFindings(): Promise<Finding[]> {
  return Promise.all([
    placeFinding(
      'disk-working-folder',
      'working folder',
      '.',
      'Outputs cannot be written here: change to another folder.',
    ),
    placeFinding(
      'disk-cache',
      'cache folder',
      cacheFolder(),
      'octavec works without it, but a pool then reads weights several times: set OCTAVEC_CACHE to a folder that you may write to.',
    ),
  ]);
}

async function placeFinding(id: string, name: string, path: string, ifNotWritable: string): Promise<Finding> {
  const folder = await nearestFolder(resolve(path));
  try {
    const { bavail, bsize } = await statfs(folder);
    const freeBytes = bavail * bsize;
    const figures = { path: resolve(path), freeBytes };
    const free = freeBytes >= 1e9 ? `${(freeBytes / 1e9).toFixed(1)} GB` : `${Math.round(freeBytes / 1e6)} MB`;
    const isWritable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isWritable) {
      return {
        id,
        status: 'warning',
        found: `The ${name} ${resolve(path)} cannot be written to.`,
        advice: ifNotWritable,
        figures,
      };
    }
    const isTight = freeBytes < tightBytes;
    return {
      id,
      status: isTight ? 'warning' : 'ok',
      found: `${free} free in the ${name} (${resolve(path)}).`,
      advice: isTight ? 'Free some space: variants and mapped copies take as much as the model itself.' : undefined,
      figures,
    };
  } catch (error) {
    return {
      id,
      status: 'warning',
      found: `The ${name} ${resolve(path)} cannot be looked at: ${reasonOf(error)}.`,
      advice: ifNotWritable,
    };
  }
}

/** Returns the folder, or the nearest parent that exists, in which it would be made. */
async function nearestFolder(path: string): Promise<string> {
  const isThere = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isThere || path === dirname(path) ? path : nearestFolder(dirname(path));
}
