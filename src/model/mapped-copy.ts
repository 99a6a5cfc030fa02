import { realpath } from 'node:fs/promises';
import { cacheFolder, exists, temporaryCacheFolder } from '../files/index.js';
import { runInThread } from '../threads/index.js';
import { derivedPlace } from './derived/derived-file.js';

const mappedCopies = { kind: 'mapped', version: 1, extension: '.onnx' };

export interface MappedCopying {
  start(paths: { readonly source: string; readonly target: string }): 'written' | 'external already';
}

/** Where a model lies with its weights beside the ONNX file. */
export interface MappedCopy {
  readonly path: string;
  /** Whether all sessions of all processes map the same memory: not if no copy could be written. */
  readonly isMapped: boolean;
  /** Where the copy is kept, if not in the cache folder, which cannot be written to. */
  readonly temporaryFolder?: string;
}

/**
 * Returns a model with the weights beside the ONNX file, so that all sessions of all processes map the same memory
 * instead of each holding its own. A file with weights inside is copied once, to the cache folder or else to a
 * temporary one; the copy is used as long as the file does not change.
 */
export async function mappedCopy(onnxPath: string): Promise<MappedCopy> {
  try {
    return { path: await copyWithin(cacheFolder(), onnxPath), isMapped: true };
  } catch {
    // Not writable, or full.
  }
  try {
    const temporaryFolder = await temporaryCacheFolder();
    const path = await copyWithin(temporaryFolder, onnxPath);
    return { path, isMapped: true, ...(path !== onnxPath && { temporaryFolder }) };
  } catch {
    return { path: onnxPath, isMapped: false };
  }
}

/** Returns the path of the copy, or the model's own if its weights are outside already. */
async function copyWithin(cache: string, onnxPath: string): Promise<string> {
  const place = await derivedPlace(cache, onnxPath, mappedCopies);
  const { target } = place;
  if (await isComplete(target)) {
    // A cache that came with an image may not be writable.
    await place.noteUse().catch(() => undefined);
    return target;
  }
  // Reading and writing a large model takes time and memory; both are the thread's, and gone with it.
  const script = new URL('./mapped-copy-worker.js', import.meta.url);
  const paths = { source: await realpath(onnxPath), target };
  const done = await runInThread<MappedCopying>(script, paths, { path: onnxPath, what: 'copying the model' });
  if (done === 'external already') {
    return onnxPath;
  }
  await place.noteUse();
  await place.removeOld();
  return target;
}

async function isComplete(target: string): Promise<boolean> {
  return (await exists(target)) && exists(`${target}_data`);
}
