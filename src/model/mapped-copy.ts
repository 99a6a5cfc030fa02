import { createHash } from 'node:crypto';
import { access, readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder, startThread, temporaryCacheFolder } from '../base/index.js';
import { noteUse, removeUnusedCopies } from './copy-folders.js';

/** Part of the name of copies; another number makes all of them anew. */
const layoutVersion = 1;

/** Copies of files that have changed since are thrown away when they have not been written for as long as this. */
const keepOldCopiesMs = 24 * 60 * 60 * 1000;

export interface MappedCopySettings {
  readonly source: string;
  readonly target: string;
}

export type FromMappedCopyWorker = 'written' | 'external already';

/** Where a model lies with its weights beside the ONNX file. */
export interface MappedCopy {
  readonly path: string;
  /** Whether all sessions of all processes map the same memory: not if no copy could be written. */
  readonly isMapped: boolean;
  /** Where the copy is kept, if not in the cache folder, which cannot be written to. */
  readonly temporaryFolder?: string;
}

/**
 * A model with the weights beside the ONNX file, where all sessions of all processes map the same memory instead of
 * each holding its own. A file with weights inside is copied once, to the cache folder, or else to a temporary one; the
 * copy is used as long as the file does not change.
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

/** The path of the copy, or the model's own if its weights are outside already. */
async function copyWithin(cache: string, onnxPath: string): Promise<string> {
  const source = await realpath(onnxPath);
  const { size, mtimeMs } = await stat(source);
  const root = join(cache, 'mapped');
  const folder = join(root, hashOf(source));
  const target = join(folder, `${layoutVersion}-${size}-${Math.round(mtimeMs)}.onnx`);
  if (await isComplete(target)) {
    // A cache that came with an image may not be writable.
    await noteUse(folder, source).catch(() => undefined);
    return target;
  }
  if ((await writeInThread({ source, target })) === 'external already') {
    return onnxPath;
  }
  await noteUse(folder, source);
  // Somebody else may be removing the same.
  await removeOldCopies(folder, basename(target)).catch(() => undefined);
  await removeUnusedCopies(root).catch(() => undefined);
  return target;
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
    if (/^\d/.test(name) && !name.startsWith(current) && (await stat(path)).mtimeMs < oldest) {
      await rm(path, { force: true });
    }
  }
}
