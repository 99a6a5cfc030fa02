import { resolve } from 'node:path';
import { escapePattern, OctavecError } from '../../base/index.js';
import { exists } from '../../files/index.js';
import { folderStore } from './folder-store.js';
import { filesOfRows, hubAddress, hubStore } from './hub-store.js';
import { s3Store } from './s3-store.js';
import type { Store, StoredObject } from './store.js';

const s3Address = /^s3:\/\/([^/]+)(?:\/(.*))?$/;

/**
 * Opens the folder or bucket of an address.
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
      hint: 'Give a path, or s3://bucket/prefix; inputs may be hf://datasets/owner/name, too.',
    });
  }
  return folderStore(resolve(address));
}

/**
 * Opens the same for reading alone, data sets of the hub included.
 *
 * @param address a path, "s3://bucket/prefix", or "hf://datasets/owner/name@commit"
 * @throws as {@link openStore}, and HUB_NOT_FOUND, HUB_DENIED, HUB_OFFLINE, HUB_UNREACHABLE
 */
export async function openInput(address: string): Promise<Store> {
  const hub = hubAddress(address);
  return hub !== undefined && address.startsWith('hf://') ? hubStore(hub) : openStore(address);
}

/** An object and the store that it lies in. */
export interface PlacedObject {
  readonly store: Store;
  readonly object: StoredObject;
}

/**
 * Lists what an address names: a file, everything below a folder or prefix, or what a pattern matches ("*" within a
 * name, "**" across folders), in the order of the names. Names that begin with "_" or "." are passed over, as Spark
 * does. Of a data set of the hub, or a folder in it, the files that hold its rows are listed.
 *
 * @throws FILE_NOT_FOUND if it names nothing; as {@link openInput}
 */
export async function findObjects(address: string): Promise<PlacedObject[]> {
  const { store, rest, isHub } = await placeOf(address);
  const isPattern = /[*?]/.test(rest);
  const exact = isPattern || rest === '' ? undefined : await store.find(rest);
  if (exact !== undefined) {
    return [{ store, object: exact }];
  }
  const folder = rest.replace(/\/$/, '');
  const prefix = isPattern ? rest.slice(0, rest.search(/[*?]/)) : folder && `${folder}/`;
  const fits = isPattern ? patternOf(rest) : /^/;
  const listed = (await store.list(prefix)).filter(({ key }) => fits.test(key) && !/(^|\/)[_.]/.test(key));
  const found = isHub && !isPattern ? filesOfRows(listed) : listed;
  if (found.length === 0) {
    const hint = isPattern ? 'No name there fits it.' : undefined;
    throw new OctavecError('FILE_NOT_FOUND', { path: address, what: 'The texts', hint });
  }
  return found.map((object) => ({ store, object }));
}

/** Splits an address into its store (a data set, a bucket, or the folder of a path) and the rest. */
async function placeOf(address: string): Promise<{ store: Store; rest: string; isHub: boolean }> {
  const hub = hubAddress(address);
  // A folder that is called so is what is meant.
  if (hub !== undefined && (address.startsWith('hf://') || !(await exists(address.split(/[*?]/)[0])))) {
    return { store: await hubStore(hub), rest: hub.path, isHub: true };
  }
  const s3 = s3Address.exec(address);
  if (s3 !== null) {
    return { store: await openStore(`s3://${s3[1]}`), rest: s3[2] ?? '', isHub: false };
  }
  if (address.includes('://')) {
    return { store: await openStore(address), rest: '', isHub: false };
  }
  const path = resolve(address).replaceAll('\\', '/');
  const end = path.lastIndexOf('/', path.search(/[*?]|$/) - 1);
  return { store: await openStore(path.slice(0, Math.max(end, 1))), rest: path.slice(end + 1), isHub: false };
}

/** Makes a regular expression for names with "*", "**" and "?". */
function patternOf(pattern: string): RegExp {
  const signs: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|[^*?]+/g, (part) => signs[part] ?? escapePattern(part));
  return new RegExp(`^${source}$`);
}
