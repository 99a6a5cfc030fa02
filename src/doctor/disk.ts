import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { formatBytes, reasonOf } from '../base/index.js';
import { cacheFolder } from '../files/index.js';
import type { Finding } from './finding.js';

/** Below this, a variant of a small model hardly fits. */
const tightBytes = 1e9;

const workingFolder: Place = {
  id: 'disk-working-folder',
  name: 'working folder',
  ifNotWritable: 'Outputs cannot be written here: change to another folder.',
};

const cache: Place = {
  id: 'disk-cache',
  name: 'cache folder',
  ifNotWritable:
    'octavec works without it, but a pool then reads weights several times: set OCTAVEC_CACHE to a folder that you may write to.',
};

/** Reports room where variants are written (the working folder) and where octavec keeps what it can make again. */
export async function diskFindings(): Promise<Finding[]> {
  return Promise.all([placeFinding(workingFolder, '.'), placeFinding(cache, cacheFolder())]);
}

/** A folder that octavec writes to. */
interface Place {
  readonly id: string;
  /** "cache folder" */
  readonly name: string;
  readonly ifNotWritable: string;
}

async function placeFinding(place: Place, path: string): Promise<Finding> {
  const folder = await nearestFolder(resolve(path));
  try {
    const { bavail, bsize } = await statfs(folder);
    const isWritable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    return roomFinding(place, resolve(path), bavail * bsize, isWritable);
  } catch (error) {
    return {
      id: place.id,
      status: 'warning',
      found: `The ${place.name} ${resolve(path)} cannot be looked at: ${reasonOf(error)}.`,
      advice: place.ifNotWritable,
    };
  }
}

/** Reports the room that is free in a folder, and whether it can be used. */
export function roomFinding(
  { id, name, ifNotWritable }: Place,
  path: string,
  freeBytes: number,
  isWritable: boolean,
): Finding {
  const figures = { path, freeBytes };
  if (!isWritable) {
    const found = `The ${name} ${path} cannot be written to.`;
    return { id, status: 'warning', found, advice: ifNotWritable, figures };
  }
  const isTight = freeBytes < tightBytes;
  return {
    id,
    status: isTight ? 'warning' : 'ok',
    found: `${formatBytes(freeBytes)} free in the ${name} (${path}).`,
    advice: isTight ? 'Free some space: variants and mapped copies take as much as the model itself.' : undefined,
    figures,
  };
}

/** Returns the folder, or the nearest parent that exists, in which it would be made. */
async function nearestFolder(path: string): Promise<string> {
  const isThere = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isThere || path === dirname(path) ? path : nearestFolder(dirname(path));
}
