import { createHash } from 'node:crypto';
import { access, readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder, startThread } from '../base/index.js';

/** Part of the name of copies; another number makes all of them anew. */
const layoutVersion = 1;

/** Copies of files that have changed since are thrown away when they have not been written for as long as this. */
const keepOldCopiesMs = 24 * 60 * 60 * 1000;

export interface MappedCopySettings {
  readonly source: string;
  readonly target: string;
}

export type FromMappedCopyWorker = 'written' | 'external already';

/**
 * The path of a model with the weights beside the ONNX file, where all sessions of all processes map the same memory
 * instead of each holding its own. A file with weights inside is copied to the cache folder once; the copy is used as
 * long as the file does not change.
 *
 * @returns the copy, or the path itself if its weights are outside already or no copy can be made (disk full, read-only)
 */
export async function mappedCopy(onnxPath: string): Promise<string> {
  try {
    const source = await realpath(onnxPath);
    const { size, mtimeMs } = await stat(source);
    const folder = join(cacheFolder(), 'mapped', hashOf(source));
    const target = join(folder, `${layoutVersion}-${size}-${Math.round(mtimeMs)}.onnx`);
    if (await isComplete(target)) {
      return target;
    }
    if ((await writeInThread({ source, target })) === 'external already') {
      return onnxPath;
    }
    await removeOldCopies(folder, basename(target));
    return target;
  } catch {
    return onnxPath;
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

async function isComplete(target: string): Promise<boolean> {
  return Promise.all([access(target), access(`${target}_data`)]).then(
    () => true,
    () => false,
  );
}

/** Reading and writing a large model takes time and memory; both are the thread's, and gone with it. */
function writeInThread(settings: MappedCopySettings): Promise<FromMappedCopyWorker> {
  const worker = startThread(new URL('./mapped-copy-worker.js', import.meta.url), settings);
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended')));
  });
}

async function removeOldCopies(folder: string, current: string): Promise<void> {
  const oldest = Date.now() - keepOldCopiesMs;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!name.startsWith(current) && (await stat(path)).mtimeMs < oldest) {
      await rm(path, { force: true });
    }
  }
}
