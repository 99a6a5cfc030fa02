import { lstat, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isCommit } from './cache-layout.js';

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
  /** Bytes that no other commit of the model uses: what removing it frees. */
  readonly ownBytes: number;
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
    const shared = new Set(contents.filter((_, j) => j !== i).flatMap((other) => [...other.blobs.keys()]));
    const sum = (some: readonly (readonly [string, number])[]) => some.reduce((bytes, [, size]) => bytes + size, 0);
    return {
      id,
      commit,
      revisions: revisions.filter(([, target]) => target === commit).map(([name]) => name),
      folder: join(folder, 'snapshots', commit),
      files,
      bytes: sum([...blobs]),
      ownBytes: sum([...blobs].filter(([blob]) => !shared.has(blob))),
    };
  });
}

/** Lists the files of a snapshot, where their bytes lie, and how many there are. */
async function contentOf(folder: string): Promise<{ files: string[]; blobs: Map<string, number> }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const blobs = new Map<string, number>();
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    blobs.set(await blobOf(path), found?.size ?? 0);
  }
  return { files: paths.map((path) => relative(folder, path).replaceAll(sep, '/')).sort(), blobs };
}

/** Returns where a path of a snapshot leads to, or the path itself where the cache holds copies. */
async function blobOf(path: string): Promise<string> {
  const target = await readlink(path).catch(() => undefined);
  return target === undefined ? path : resolve(dirname(path), target);
}

async function revisionsOf(folder: string): Promise<[name: string, commit: string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(
      async (path) =>
        [relative(folder, path).replaceAll(sep, '/'), (await readFile(path, 'utf8')).trim()] as [string, string],
    ),
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
