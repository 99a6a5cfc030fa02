import { eachAtOnce, OctavecError, type TaskOptions } from '../base/index.js';
import { checkSpace } from '../files/index.js';
import {
  type CachedRepository,
  cachedRepository,
  isCommit,
  isKept,
  keepListing,
  keptListing,
  type Listing,
  linkIntoSnapshot,
} from './cache-layout.js';
import { downloadBlob } from './download-blob.js';
import { type HubSettings, hubSettings } from './hub-settings.js';
import { listRepository } from './list-repository.js';
import { describeRemoteFile, type RemoteFile } from './remote-file.js';
import { checkRepository, describeRepository, fileUrl, type Repository, revisionOf } from './repository.js';
import { sizeOf } from './size-of.js';

export interface SnapshotOptions extends TaskOptions {
  /** What the environment says, by default. */
  readonly settings?: HubSettings;
}

/** Files of a repository, all of the same commit, on disk. */
export interface Snapshot {
  /** Paths of the files count from here. */
  readonly folder: string;
  readonly commit: string;
  /** Those that were chosen. */
  readonly files: readonly string[];
}

/**
 * Brings files of a repository here, into the cache that all programs of the Hugging Face family share; what is there
 * already is not fetched again. Every file is whole and what its hash says, or is not there at all.
 *
 * Where the hub cannot be reached, or `offline` is set, the cache alone serves, if it has all that is chosen.
 *
 * @param choose what is wanted of all the repository's files
 * @throws HUB_NOT_FOUND, HUB_DENIED, HUB_OFFLINE, HUB_UNREACHABLE, HUB_CORRUPT, OUTPUT_NOT_WRITABLE, DISK_FULL, CANCELLED,
 *   USAGE, and what `choose` throws
 */
export async function fetchSnapshot(
  repository: Repository,
  choose: (files: readonly string[]) => readonly string[],
  options: SnapshotOptions = {},
): Promise<Snapshot> {
  checkRepository(repository);
  const settings = options.settings ?? (await hubSettings());
  const cached = cachedRepository(settings.cache, repository);
  const kept = await keptSnapshot(cached, repository, choose);
  if (settings.offline || (kept !== undefined && isCommit(revisionOf(repository)))) {
    return kept ?? refuseOffline(repository, settings);
  }
  let listing: Listing;
  try {
    listing = await listRepository(repository, settings, options);
  } catch (error) {
    if (kept !== undefined && error instanceof OctavecError && error.code === 'HUB_UNREACHABLE') {
      return kept;
    }
    throw error;
  }
  await keepListing(cached, repository, listing);
  const files = [...new Set(choose(listing.files))];
  await fetchFiles(cached, repository, listing.commit, files, settings, options);
  return { folder: cached.snapshot(listing.commit), commit: listing.commit, files };
}

/** Returns the cached snapshot, if it has all that is chosen. */
async function keptSnapshot(
  cached: CachedRepository,
  repository: Repository,
  choose: (files: readonly string[]) => readonly string[],
): Promise<Snapshot | undefined> {
  const listing = await keptListing(cached, repository);
  if (listing === undefined) {
    return undefined;
  }
  const files = choose(listing.files);
  if (!listing.isWhole && (files.length === 0 || !hasAllShards(files))) {
    return undefined;
  }
  for (const path of files) {
    if (!(await isKept(cached, listing.commit, path))) {
      return undefined;
    }
  }
  return { folder: cached.snapshot(listing.commit), commit: listing.commit, files };
}

/** Tells whether, of files in parts ("test-00000-of-00002.parquet"), none is missing. */
function hasAllShards(files: readonly string[]): boolean {
  const counts = new Map<string, number>();
  for (const path of files) {
    const [, stem, count] = /^(.*)-\d{5}-of-(\d{5})/.exec(path) ?? [];
    if (stem !== undefined) {
      counts.set(stem, (counts.get(stem) ?? Number(count)) - 1);
    }
  }
  return [...counts.values()].every((missing) => missing === 0);
}

function refuseOffline(repository: Repository, { cache }: HubSettings): never {
  throw new OctavecError('HUB_OFFLINE', { what: describeRepository(repository), cache });
}

/** Files that are described or fetched at the same time. */
const filesAtOnce = 4;

async function fetchFiles(
  cached: CachedRepository,
  repository: Repository,
  commit: string,
  paths: readonly string[],
  settings: HubSettings,
  { signal, onProgress }: SnapshotOptions,
): Promise<void> {
  const needed = await Promise.all(paths.map(async (path) => ((await isKept(cached, commit, path)) ? [] : [path])));
  const missing = await eachAtOnce(filesAtOnce, needed.flat(), async (path) => {
    const url = fileUrl(settings.endpoint, repository, commit, path);
    const what = `${path} of ${describeRepository(repository)}`;
    return { path, file: await describeRemoteFile(url, what, settings, { signal }) };
  });
  const total = missing.reduce((sum, { file }) => sum + file.bytes, 0);
  await checkSpace(cached.folder, await bytesToFetch(cached, missing));
  const fetched = new Array<number>(missing.length).fill(0);
  const tell = () =>
    onProgress?.({
      stage: `Fetching ${repository.id}`,
      done: fetched.reduce((sum, bytes) => sum + bytes, 0),
      total,
      unit: 'bytes',
    });
  if (missing.length > 0) {
    tell();
  }
  // The largest first, so that none is left to run alone at the end.
  const order = [...missing.keys()].sort((a, b) => missing[b].file.bytes - missing[a].file.bytes);
  const stop = new AbortController();
  const either = AbortSignal.any(signal === undefined ? [stop.signal] : [signal, stop.signal]);
  await eachAtOnce(filesAtOnce, order, async (i) => {
    const { path, file } = missing[i];
    const onBytes = (bytes: number) => {
      fetched[i] = bytes;
      tell();
    };
    try {
      await downloadBlob(file, cached.blob(file.etag), settings, { signal: either, onBytes });
      await linkIntoSnapshot(cached, commit, path, file.etag);
    } catch (error) {
      stop.abort(error);
      throw error;
    }
    onBytes(file.bytes);
  });
}

/** Counts the bytes still to fetch, less what an interrupted download left. */
async function bytesToFetch(
  cached: CachedRepository,
  files: readonly { readonly file: RemoteFile }[],
): Promise<number> {
  const distinct = new Map(files.map(({ file }) => [file.etag, file]));
  const left = await Promise.all(
    [...distinct.values()].map(async ({ etag, bytes }) => {
      const whole = await sizeOf(cached.blob(etag));
      return bytes - Math.min(bytes, whole ?? (await sizeOf(`${cached.blob(etag)}.incomplete`)) ?? 0);
    }),
  );
  return left.reduce((sum, bytes) => sum + bytes, 0);
}
