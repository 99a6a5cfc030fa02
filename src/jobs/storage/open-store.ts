import { resolve } from 'node:path';
import { OctavecError } from '../../base/index.js';
import { folderStore } from './folder-store.js';
import { s3Store } from './s3-store.js';
import type { Store, StoredObject } from './store.js';

const s3Address = /^s3:\/\/([^/]+)(?:\/(.*))?$/;

/**
 * The folder or bucket of an address.
 *
 * @param address a path, or "s3://bucket/prefix"
 * @throws USAGE for an address of another kind; PACKAGE_MISSING
 */
export async function openStore(address: string): Promise<Store> {
  const s3 = s3Address.exec(address);
  if (s3 !== null) {
    return s3Store(s3[1], (s3[2] ?? '').replace(/\/+$/, ''));
  }
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(address)) {
    throw new OctavecError('USAGE', {
      problem: `${address} is at a place that octavec cannot read`,
      hint: 'Give a path, or s3://bucket/prefix.',
    });
  }
  return folderStore(resolve(address));
}

/** An object and the store that it lies in. */
export interface PlacedObject {
  readonly store: Store;
  readonly object: StoredObject;
}

/**
 * What an address names: a file, everything below a folder or prefix, or what a pattern fits ("*" within a name, "**"
 * across folders), in the order of the names. Names that begin with "_" or "." are passed over, as Spark does.
 *
 * @throws FILE_NOT_FOUND if it names nothing; as {@link openStore}
 */
export async function findObjects(address: string): Promise<PlacedObject[]> {
  const [base, rest] = splitAddress(address);
  const store = await openStore(base);
  const isPattern = /[*?]/.test(rest);
  const exact = isPattern ? undefined : await store.find(rest);
  if (exact !== undefined) {
    return [{ store, object: exact }];
  }
  const prefix = isPattern ? rest.slice(0, rest.search(/[*?]/)) : `${rest.replace(/\/$/, '')}/`;
  const fits = isPattern ? patternOf(rest) : /^/;
  const found = (await store.list(prefix)).filter(({ key }) => fits.test(key) && !/(^|\/)[_.]/.test(key));
  if (found.length === 0) {
    const hint = isPattern ? 'No name there fits it.' : undefined;
    throw new OctavecError('FILE_NOT_FOUND', { path: address, what: 'The texts', hint });
  }
  return found.map((object) => ({ store, object }));
}

/** A bucket and a key, or the folder of a path and the rest of it. */
function splitAddress(address: string): readonly [string, string] {
  const s3 = s3Address.exec(address);
  if (s3 !== null) {
    return [`s3://${s3[1]}`, s3[2] ?? ''];
  }
  const path = address.includes('://') ? address : resolve(address).replaceAll('\\', '/');
  const end = path.lastIndexOf('/', path.search(/[*?]|$/) - 1);
  return [path.slice(0, Math.max(end, 1)), path.slice(end + 1)];
}

/** A regular expression for names with "*", "**" and "?". */
function patternOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, (sign) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' })[sign] ?? '[^/]');
  return new RegExp(`^${source}$`);
}
