import { OctavecError, pathOf } from '../base/index.js';

/** A database of LanceDB. */
export interface LancePlace {
  /** What LanceDB connects with: a path, or the address of a bucket. */
  readonly uri: string;
  /** The folder, unless it lies in a bucket. */
  readonly folder?: string;
  /** The address as it may be shown. */
  readonly shown: string;
}

const prefix = /^lancedb:/i;
const buckets = ['s3:', 'gs:', 'az:'];

/** Says whether a text is the address of an index in LanceDB. */
export function isLanceAddress(text: string): boolean {
  return prefix.test(text);
}

/**
 * Reads "lancedb:./docs.lance" or "lancedb:s3://bucket/docs".
 *
 * @throws USAGE
 */
export function lancePlace(address: string): LancePlace {
  const uri = address.replace(prefix, '');
  const refuse = (problem: string): never => {
    throw new OctavecError('USAGE', {
      problem,
      hint: 'Write lancedb:./docs.lance, or lancedb:s3://bucket/docs; credentials are taken from the environment.',
    });
  };
  if (uri === '') {
    refuse('The address of the index names no folder');
  }
  if (!/^[a-z][a-z\d+.-]+:\/\//i.test(uri)) {
    return { uri, folder: uri, shown: `lancedb:${uri}` };
  }
  const url = URL.canParse(uri) ? new URL(uri) : refuse('The address of the index is no URL');
  if (url.protocol === 'file:') {
    return lancePlace(`lancedb:${pathOf('index', url)}`);
  }
  if (!buckets.includes(url.protocol)) {
    refuse(`LanceDB is used in folders and buckets, not at ${url.protocol}//`);
  }
  if (url.host === '') {
    refuse('The address of the index names no bucket');
  }
  if (url.username || url.password || url.search) {
    refuse('The address of the index holds more than a bucket and a name');
  }
  return { uri, shown: `lancedb:${uri}` };
}
