import { copyFile, readFile, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { codeOf } from '../base/index.js';
import { asOutputError, filesBelow, makeFolders, maybeJson, writeOutputFile } from '../files/index.js';
import { isSafePath, type Repository, revisionOf } from './repository.js';

/**
 * The cache of the Hugging Face family: `blobs/<etag>` hold the bytes, `snapshots/<commit>/<path>` lead to them,
 * `refs/<revision>` name commits. octavec adds `.octavec/<commit>.json`, the list of all files, so that half a snapshot
 * is never taken for a whole one.
 */
export interface CachedRepository {
  readonly folder: string;
  readonly blob: (etag: string) => string;
  readonly snapshot: (commit: string) => string;
}

/** Returns the place of a repository in the shared cache. */
export function cachedRepository(cache: string, { kind, id }: Repository): CachedRepository {
  const folder = join(cache, `${kind}s--${id.replace('/', '--')}`);
  return {
    folder,
    blob: (etag) => join(folder, 'blobs', etag),
    snapshot: (commit) => join(folder, 'snapshots', commit),
  };
}

/** What a revision was when the hub was asked last. */
export interface KeptListing extends Listing {
  /** false: another program fetched it, and only what is there is known. */
  readonly isWhole: boolean;
}

/** All files of a commit. */
export interface Listing {
  readonly commit: string;
  readonly files: readonly string[];
}

/** Says whether a text is the hash of a commit. */
export const isCommit = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

/**
 * Stores the list of a commit's files in the cache.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function keepListing(cached: CachedRepository, repository: Repository, listing: Listing): Promise<void> {
  const { commit, files } = listing;
  await writeOutputFile(join(cached.folder, '.octavec', `${commit}.json`), JSON.stringify(files));
  if (!isCommit(revisionOf(repository))) {
    await writeOutputFile(join(cached.folder, 'refs', revisionOf(repository)), commit);
  }
}

/** Returns the listing that the cache has of a revision, or undefined. */
export async function keptListing(cached: CachedRepository, repository: Repository): Promise<KeptListing | undefined> {
  const revision = revisionOf(repository);
  const ref = isCommit(revision)
    ? revision
    : await readFile(join(cached.folder, 'refs', revision), 'utf8').catch(() => '');
  const commit = ref.trim();
  if (!isCommit(commit)) {
    return undefined;
  }
  const files = await readListing(join(cached.folder, '.octavec', `${commit}.json`));
  if (files !== undefined) {
    return { commit, files: files.filter(isSafePath), isWhole: true };
  }
  const folder = cached.snapshot(commit);
  const paths = await filesBelow(folder).catch(() => []);
  return paths.length === 0 ? undefined : { commit, files: paths, isWhole: false };
}

/** Reads the list of a commit's files; undefined where there is none, or a damaged one: it is asked for again. */
async function readListing(path: string): Promise<readonly string[] | undefined> {
  const files = await maybeJson(path);
  return Array.isArray(files) && files.every((file) => typeof file === 'string') ? files : undefined;
}

/** Tells whether a file of a snapshot is there, with its bytes. */
export async function isKept(cached: CachedRepository, commit: string, path: string): Promise<boolean> {
  return stat(join(cached.snapshot(commit), path)).then(
    (found) => found.isFile(),
    () => false,
  );
}

/**
 * Lets the path of a snapshot lead to its bytes: by a link, or where there are none (Windows) by a copy.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function linkIntoSnapshot(
  cached: CachedRepository,
  commit: string,
  path: string,
  etag: string,
): Promise<void> {
  const place = join(cached.snapshot(commit), path);
  try {
    await makeFolders(dirname(place));
    await rm(place, { force: true });
    await symlink(relative(dirname(place), cached.blob(etag)), place).catch((error: unknown) =>
      // Another process may have been quicker, with the same bytes.
      codeOf(error) === 'EEXIST' ? undefined : copyFile(cached.blob(etag), place),
    );
  } catch (error) {
    throw asOutputError(error, place);
  }
}
