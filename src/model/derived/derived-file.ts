import { createHash } from 'node:crypto';
import { readdir, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolders } from '../../files/index.js';
import { noteUse, removeUnusedCopies } from './copy-folders.js';

/** What was made of files that have changed since is thrown away when it was not written for as long as this. */
const keepOldMs = 24 * 60 * 60 * 1000;

/** A kind of files that are made of models, and kept as long as those do not change. */
export interface Derivation {
  /** Name of the kind's folder in the cache. */
  readonly kind: string;
  /** Part of the names; another number makes all of them anew. */
  readonly version: number;
  readonly extension: string;
  /** How the file is made, where there are several ways: each has a file of its own. */
  readonly way?: string;
}

/** Where in a cache folder the file of a model's present state is, or would be. */
export interface DerivedPlace {
  readonly target: string;
  /** Notes that the file is used now. */
  noteUse(): Promise<void>;
  /** Removes what older states of the model have left, and what nobody used for long. */
  removeOld(): Promise<void>;
}

/** Returns where a file is, or would be: in the cache folder, and in a temporary one if that cannot be written to. */
export async function derivedPlaces(onnxPath: string, derivation: Derivation): Promise<readonly DerivedPlace[]> {
  return Promise.all((await cacheFolders()).map((cache) => derivedPlace(cache, onnxPath, derivation)));
}

export async function derivedPlace(cache: string, onnxPath: string, derivation: Derivation): Promise<DerivedPlace> {
  const { kind, version, extension, way } = derivation;
  const source = await realpath(onnxPath);
  const { size, mtimeMs } = await stat(source);
  const root = join(cache, kind);
  const folder = join(root, hashOf(source));
  const state = `${version}-${size}-${Math.round(mtimeMs)}`;
  return {
    target: join(folder, `${state}${way === undefined ? '' : `-${hashOf(way)}`}${extension}`),
    noteUse: () => noteUse(folder, source),
    removeOld: async () => {
      // Somebody else may be removing the same.
      await removeOtherStates(folder, state).catch(() => undefined);
      await removeUnusedCopies(root).catch(() => undefined);
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

async function removeOtherStates(folder: string, state: string): Promise<void> {
  const oldest = Date.now() - keepOldMs;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (/^\d/.test(name) && !name.startsWith(state) && (await stat(path)).mtimeMs < oldest) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
