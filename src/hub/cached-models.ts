import { lstat, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { filesBelow } from '../files/index.js';
import { isCommit } from './cache-layout.js';
import { sizeOf } from './size-of.js';

/** A commit of a model in the shared cache, whichever program fetched it. */
export interface CachedModel {
  /** "owner/name" */
  readonly id: string;
  readonly commit: string;
  /** Branches and tags that lead to this commit. */
  readonly revisions: readonly string[];
  readonly folder: string;
  readonly files: readonly string[];
  /** Bytes of its files, those that it shares with other commits included. */
  readonly bytes: number;
  /** Where its bytes lie, and how many there are. Commits of a model share what is the same in them. */
  readonly blobs: ReadonlyMap<string, number>;
}

/** Lists all models in a cache by name. Other repositories are passed over. */
export async function cachedModels(cache: string): Promise<CachedModel[]> {
  const names = await readdir(cache).catch(() => []);
  const models = await Promise.all(
    names
      .filter((name) => name.startsWith('models--'))
      .sort()
      .map((name) => commitsOf(join(cache, name), name.slice('models--'.length).replaceAll('--', '/'))),
  );
  return models.flat();
}

async function commitsOf(folder: string, id: string): Promise<CachedModel[]> {
  const commits = (await readdir(join(folder, 'snapshots')).catch(() => [])).filter(isCommit).sort();
  const revisions = await revisionsOf(join(folder, 'refs'));
  const contents = await Promise.all(commits.map((commit) => contentOf(join(folder, 'snapshots', commit))));
  return commits.map((commit, i) => {
    const { files, blobs } = contents[i];
    return {
      id,
      commit,
      revisions: revisions.filter(([, target]) => target === commit).map(([name]) => name),
      folder: join(folder, 'snapshots', commit),
      files,
      bytes: [...blobs.values()].reduce((bytes, size) => bytes + size, 0),
      blobs,
    };
  });
}

/** Lists the files of a snapshot, where their bytes lie, and how many there are. */
async function contentOf(folder: string): Promise<{ files: string[]; blobs: Map<string, number> }> {
  const files = await filesBelow(folder).catch(() => []);
  const blobs = new Map<string, number>();
  for (const file of files) {
    const path = join(folder, file);
    blobs.set(await blobOf(path), (await sizeOf(path)) ?? 0);
  }
  return { files, blobs };
}

/** Returns where a path of a snapshot leads to, or the path itself where the cache holds copies. */
async function blobOf(path: string): Promise<string> {
  const target = await readlink(path).catch(() => undefined);
  return target === undefined ? path : resolve(dirname(path), target);
}

async function revisionsOf(folder: string): Promise<[name: string, commit: string][]> {
  const names = await filesBelow(folder).catch(() => []);
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => [name, (await readFile(join(folder, name), 'utf8')).trim()]),
  );
}

/**
 * Removes a commit of a model from the cache, with the bytes that no other commit uses. The last commit takes the whole
 * folder of the model with it.
 *
 * @throws Error where files cannot be removed
 */
export async function removeSnapshot(model: CachedModel, others: readonly CachedModel[]): Promise<void> {
  const home = resolve(model.folder, '..', '..');
  const kept = others.filter(({ id, commit }) => id === model.id && commit !== model.commit);
  if (kept.length === 0) {
    await rm(home, { recursive: true, force: true });
    return;
  }
  const used = new Set(
    (await Promise.all(kept.map(({ folder }) => contentOf(folder)))).flatMap(({ blobs }) => [...blobs.keys()]),
  );
  const { blobs } = await contentOf(model.folder);
  await rm(model.folder, { recursive: true, force: true });
  for (const revision of model.revisions) {
    await rm(join(home, 'refs', revision), { force: true });
  }
  await rm(join(home, '.octavec', `${model.commit}.json`), { force: true });
  for (const blob of blobs.keys()) {
    // Bytes outside of the model's own folder are nobody's business here.
    const isOwn = !relative(join(home, 'blobs'), blob).startsWith('..');
    if (!used.has(blob) && isOwn && (await lstat(blob).catch(() => undefined)) !== undefined) {
      await rm(blob, { force: true });
    }
  }
}
