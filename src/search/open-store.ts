import { type Location, OctavecError, pathOf } from '../base/index.js';
import { isLanceAddress, LanceStore, lancePlace } from '../lancedb/index.js';
import { isPostgresAddress, PostgresStore, postgresPlace } from '../postgres/index.js';
import { SegmentStore, type Store } from '../store/index.js';

/** Where an index is. */
export interface IndexPlace {
  /** As it may be shown: without passwords. */
  readonly shown: string;
  readonly kind: 'folder' | 'PostgreSQL' | 'LanceDB';
  open(): Promise<Store>;
}

/**
 * Returns what a location stands for: `postgres://…` and `lancedb:…` a database, anything else a folder.
 *
 * @throws USAGE
 */
export function placeOf(location: Location): IndexPlace {
  const text = String(location);
  if (isPostgresAddress(text)) {
    const place = postgresPlace(text);
    return { shown: place.shown, kind: 'PostgreSQL', open: () => PostgresStore.open(place) };
  }
  if (isLanceAddress(text)) {
    const place = lancePlace(text);
    return { shown: place.shown, kind: 'LanceDB', open: () => LanceStore.open(place) };
  }
  const path = pathOf('index', location);
  return { shown: path, kind: 'folder', open: () => SegmentStore.open(path) };
}

/**
 * Returns the folder of an index that is kept in one.
 *
 * @param job what needs a folder: "search check"
 * @throws USAGE
 */
export function folderOf(location: Location, job: string, instead: string): string {
  const { kind, shown } = placeOf(location);
  if (kind !== 'folder') {
    throw new OctavecError('USAGE', {
      problem: `"${job}" is for indexes in folders, and ${shown} is in ${kind}`,
      hint: instead,
    });
  }
  return shown;
}
