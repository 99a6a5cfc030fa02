import { setTimeout as sleep } from 'node:timers/promises';
import { OctavecError, reasonOf } from '../base/index.js';
import { arrival } from './arrival.js';
import { isCommit } from './cache-layout.js';
import { askHub } from './hub-request.js';
import { type HubSettings, hubSettings } from './hub-settings.js';
import { listRepository, parsedAnswer } from './list-repository.js';
import { describeRemoteFile } from './remote-file.js';
import {
  checkRepository,
  describeRepository,
  fileUrl,
  isSafePath,
  type Repository,
  revisionOf,
  treeUrl,
} from './repository.js';

/** A file of a repository, as the hub has it. */
export interface HubFile {
  readonly path: string;
  /** SHA-256 of large files, git's SHA-1 of small ones. */
  readonly etag: string;
  readonly bytes: number;
}

/** A repository at one commit, read where it is: nothing is kept here. */
export interface RemoteRepository {
  readonly commit: string;
  /** Lists all files, in the order of their paths. */
  list(): Promise<HubFile[]>;
  /** Finds a file; undefined if there is none. */
  find(path: string): Promise<HubFile | undefined>;
  /** Reads bytes from `start` up to, not including, `end`, and goes on where a connection was cut. */
  stream(path: string, start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Pages of a listing: 1,000 files each. */
const mostPages = 1000;

/**
 * Opens a repository where it is. A revision that is no commit is looked up, once: what is read later is all of the commit
 * that it was.
 *
 * @throws HUB_NOT_FOUND, HUB_DENIED, HUB_OFFLINE, HUB_UNREACHABLE, USAGE
 */
export async function openRemoteRepository(repository: Repository): Promise<RemoteRepository> {
  checkRepository(repository);
  const settings = await hubSettings();
  if (settings.offline) {
    throw new OctavecError('HUB_OFFLINE', { what: describeRepository(repository), cache: settings.cache });
  }
  const { endpoint } = settings;
  const revision = revisionOf(repository);
  const commit = isCommit(revision) ? revision : (await listRepository(repository, settings, {})).commit;
  const nameOf = (path: string) => `${path} of ${describeRepository(repository)}`;
  return {
    commit,
    list: async () => {
      const files: HubFile[] = [];
      let url: URL | undefined = treeUrl(endpoint, repository, commit);
      for (let page = 0; url !== undefined && page < mostPages; page++) {
        const what = describeRepository(repository);
        const response = await askHub(url, { what }, settings);
        for (const { type, path, oid, size, lfs } of await parsedAnswer(response, 'tree', settings, what)) {
          if (type === 'file' && isSafePath(path)) {
            files.push({ path, etag: lfs?.oid ?? oid, bytes: size });
          }
        }
        url = nextPage(response, endpoint);
      }
      return files.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    find: async (path) => {
      try {
        const url = fileUrl(endpoint, repository, commit, path);
        const { etag, bytes } = await describeRemoteFile(url, nameOf(path), settings, {});
        return { path, etag, bytes };
      } catch (error) {
        if (error instanceof OctavecError && error.code === 'HUB_NOT_FOUND') {
          return undefined;
        }
        throw error;
      }
    },
    stream: (path, start, end) =>
      streamRange(fileUrl(endpoint, repository, commit, path), nameOf(path), start, end, settings),
  };
}

/** Returns the address of the rest of a listing. It must be of this hub, for the token goes with it. */
function nextPage({ headers }: Response, endpoint: string): URL | undefined {
  const next = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
  const url = next === undefined ? undefined : new URL(next, endpoint);
  return url?.origin === new URL(endpoint).origin ? url : undefined;
}

/** Attempts in a row that bring no byte. */
const mostIdleAttempts = 3;

async function* streamRange(
  url: URL,
  what: string,
  start: number,
  end: number,
  settings: HubSettings,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = start;
  for (let idle = 0; position < end; idle++) {
    const range = `bytes=${position}-${end - 1}`;
    const response = await askHub(url, { what, headers: { range } }, settings);
    let why = `it answers a range with status ${response.status}`;
    const reader = response.body?.getReader();
    try {
      const isPart = response.headers.get('content-range')?.startsWith(`bytes ${position}-`) ?? false;
      // A server that knows no ranges sends everything: fit for the beginning alone.
      while (reader !== undefined && (isPart || (position === 0 && response.status === 200))) {
        const part = await arrival(reader.read(), settings.stallTimeoutMs);
        if (part.done) {
          why = 'the connection ended too early';
          break;
        }
        const piece = part.value.subarray(0, end - position);
        position += piece.byteLength;
        idle = 0;
        yield piece;
        if (position === end) {
          return;
        }
      }
    } catch (error) {
      why = reasonOf((error as Error).cause ?? error);
    } finally {
      await reader?.cancel().catch(() => undefined);
    }
    if (idle === mostIdleAttempts) {
      throw new OctavecError('HUB_UNREACHABLE', { endpoint: settings.endpoint, what, why });
    }
    await sleep(settings.retryDelayMs);
  }
}
