import type { Stats } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.js';

/** Ten runs over 200,000 texts of 256 dimensions. */
const mostKeptBytes = 2e9;

/** What was used more lately stays: it may be what a job of many hours goes on from. */
const keepUsedMs = 24 * 60 * 60 * 1000;

/**
 * Returns the folder in octavec's cache that vectors are kept in. What was not used for longest is removed first where the
 * folder has grown beyond 2 GB.
 */
export async function keptVectorsFolder(): Promise<string> {
  const folder = join(cacheFolder(), 'embeddings');
  await trimFolder(folder, mostKeptBytes);
  return folder;
}

/**
 * Removes files until those that are left take at most so many bytes. The first to go are those that were written or
 * marked as used longest ago; what was used within a day stays, and so does what cannot be looked at or removed.
 */
export async function trimFolder(folder: string, mostBytes: number, now = Date.now()): Promise<void> {
  const files = (await filesIn(folder)).sort((a, b) => b.facts.mtimeMs - a.facts.mtimeMs);
  let bytes = 0;
  for (const { path, facts } of files) {
    bytes += facts.size;
    if (bytes > mostBytes && now - facts.mtimeMs > keepUsedMs) {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
}

async function filesIn(folder: string): Promise<{ readonly path: string; readonly facts: Stats }[]> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      // Somebody else may be removing the same.
      const facts = await stat(path).catch(() => undefined);
      return facts?.isFile() ? [{ path, facts }] : [];
    }),
  );
  return found.flat();
}
