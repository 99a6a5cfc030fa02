import { basename } from 'node:path';
import { namedPath, OctavecError } from '../../base/index.js';
import type { LoadModel } from '../../search/index.js';
import type { ServedIndexOptions } from '../../server/index.js';
import { printNote } from '../print-note.js';

/** Indexes that are held open. */
export interface OpenIndexes extends AsyncDisposable {
  readonly indexes: readonly ServedIndexOptions[];
}

/**
 * Opens the indexes that are given as `docs.index` or `name=docs.index`. One without a name is called as its folder is, without
 * `.index`.
 *
 * @param isWritable whether an index may still have to be made
 * @throws USAGE for two of the same name; INDEX_NOT_FOUND, INDEX_DAMAGED
 */
export async function openIndexes(
  given: readonly string[],
  loadModel: LoadModel,
  isWritable: boolean,
): Promise<OpenIndexes> {
  if (isWritable && given.length === 0) {
    throw new OctavecError('USAGE', { problem: 'No index is served that could be written', hint: 'Add --index.' });
  }
  const named = given.map(nameAndPath);
  const twice = named.find(({ name }, i) => named.findIndex((one) => one.name === name) < i);
  if (twice !== undefined) {
    throw new OctavecError('USAGE', {
      problem: `Two indexes are called "${twice.name}"`,
      hint: 'Name them: --index guide=docs.index.',
    });
  }
  const indexes: ServedIndexOptions[] = [];
  if (named.length === 0) {
    return { indexes, [Symbol.asyncDispose]: async () => undefined };
  }
  // Stores and documents are much to load for servers that search nothing.
  const { Index } = await import('../../search/index.js');
  const load = loadedOnce(loadModel);
  const close = async () => void (await Promise.all(indexes.map(({ index }) => index.close())));
  try {
    for (const { name, path } of named) {
      const index = await Index.open(path, { loadModel: load, onNote: printNote });
      indexes.push({ name, index });
      if (!isWritable && (await index.manifest()) === undefined) {
        throw new OctavecError('INDEX_NOT_FOUND', { path });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { indexes, [Symbol.asyncDispose]: close };
}

/** Loads each model once: indexes of one model share it, and all of them are closed together. */
function loadedOnce(loadModel: LoadModel): LoadModel {
  const loaded = new Map<string, ReturnType<LoadModel>>();
  return (name, variant) => {
    const key = JSON.stringify([name, variant]);
    const model = loaded.get(key) ?? loadModel(name, variant);
    loaded.set(key, model);
    // What failed is tried again.
    model.catch(() => loaded.delete(key));
    return model;
  };
}

/** Returns the name and path of an index; by default it is called as its folder is, without `.index`. */
export function nameAndPath(text: string): { readonly name: string; readonly path: string } {
  const { path, name = basename(path).replace(/\.index$/, '') } = namedPath(text);
  return { name, path };
}
