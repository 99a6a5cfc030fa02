import { createReadStream } from 'node:fs';
import { readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { TaskOptions } from '../base/index.js';
import { blobCheck } from './blob-check.js';

/** A file of a snapshot whose bytes are not those that its name in the cache says. */
export interface DamagedFile {
  /** In the snapshot. */
  readonly path: string;
  /** Where the bytes lie. */
  readonly blob: string;
}

/**
 * Hashes files of a snapshot and lists the damaged ones. The cache names bytes by their hash; where it holds copies
 * instead of links (Windows), no hash is known, and no file is called damaged.
 *
 * @throws CANCELLED
 */
export async function damagedFiles(
  folder: string,
  files: readonly string[],
  { signal, onProgress }: TaskOptions = {},
): Promise<DamagedFile[]> {
  const blobs = await Promise.all(
    files.map(async (path) => {
      const link = join(folder, path);
      const target = await readlink(link).catch(() => undefined);
      const bytes = await stat(link).then(
        ({ size }) => size,
        () => undefined,
      );
      return { path, bytes, blob: target === undefined ? undefined : resolve(dirname(link), target) };
    }),
  );
  const total = blobs.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const damaged: DamagedFile[] = [];
  let done = 0;
  for (const { path, blob, bytes } of blobs) {
    if (blob === undefined) {
      continue;
    }
    if (bytes === undefined || !(await holds(blob, bytes, signal))) {
      damaged.push({ path, blob });
    }
    done += bytes ?? 0;
    onProgress?.({ stage: 'Checking', done, total, unit: 'bytes' });
  }
  return damaged;
}

async function holds(blob: string, bytes: number, signal: AbortSignal | undefined): Promise<boolean> {
  const check = blobCheck(basename(blob), bytes);
  for await (const part of createReadStream(blob, { highWaterMark: 2 ** 20, signal })) {
    check.update(part as Buffer);
  }
  return check.holds();
}
