import { OctavecError } from '../../base/index.js';
import { type HubFile, isRepositoryId, openRemoteRepository } from '../../hub/index.js';
import type { Store, StoredObject } from './store.js';

/** A data set of the hub, and what is meant in it. */
export interface HubAddress {
  readonly id: string;
  /** Branch, tag or commit; the hub's own by default. */
  readonly revision?: string;
  /** A file, a folder or a pattern; empty for all. */
  readonly path: string;
}

/** Revisions whose names have slashes are written as they are. */
const address = /^(?:hf:\/\/)?datasets\/([^/@]+\/[^/@]+)(?:@(refs\/(?:convert|pr)\/[^/]+|[^/]+))?(?:\/(.*))?$/;

/** Parses "hf://datasets/owner/name[@revision][/path]", also without "hf://"; undefined for anything else. */
export function hubAddress(text: string): HubAddress | undefined {
  const [, id, written, path = ''] = address.exec(text) ?? [];
  if (id === undefined || !isRepositoryId(id)) {
    return undefined;
  }
  try {
    return { id, ...(written !== undefined && { revision: decodeURIComponent(written) }), path };
  } catch {
    // A percent sign that stands for nothing.
    return undefined;
  }
}

/**
 * Opens a data set of the hub at one commit, as a read-only store. Its address names the commit, so that whoever opens
 * it later reads the same.
 *
 * @throws HUB_NOT_FOUND, HUB_DENIED, HUB_OFFLINE, HUB_UNREACHABLE, USAGE
 */
export async function hubStore({ id, revision }: Pick<HubAddress, 'id' | 'revision'>): Promise<Store> {
  const repository = await openRemoteRepository({ kind: 'dataset', id, revision });
  const uri = `hf://datasets/${id}@${repository.commit}`;
  const asObject = ({ path, bytes, etag }: HubFile): StoredObject => ({ key: path, size: bytes, etag });
  const refuse = async (): Promise<never> => {
    throw new OctavecError('USAGE', {
      problem: `${uri} is a data set of the hub, which nothing is written to`,
      hint: 'Give a folder, or s3://bucket/prefix, for the results.',
    });
  };
  return {
    uri,
    nameOf: (key) => `${uri}/${key}`,
    list: async (prefix) => (await repository.list()).filter(({ path }) => path.startsWith(prefix)).map(asObject),
    find: async (key) => {
      const file = await repository.find(key);
      return file && asObject(file);
    },
    stream: ({ key }, start, end) => repository.stream(key, start, end),
    putFile: refuse,
    put: refuse,
    putIfAbsent: refuse,
    remove: refuse,
  };
}

/** Chooses the files of a data set that hold its rows: Parquet if there is any, else the other files of texts. */
export function filesOfRows(objects: readonly StoredObject[]): readonly StoredObject[] {
  const tables = objects.filter(({ key }) => key.endsWith('.parquet'));
  return tables.length > 0 ? tables : objects.filter(({ key }) => /\.(jsonl|ndjson|csv|tsv|txt)(\.gz)?$/i.test(key));
}
