import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** A path that holds from every folder, and when an index is moved together with what stands beside it. */
export interface LastingPath {
  /** Absolute. */
  readonly path: string;
  /** The way from the index's folder, with slashes, to what stands beside it or below. */
  readonly beside?: string;
}

/**
 * Notes a path for an index.
 *
 * @param folder of the index; undefined for one in a database, which stands beside nothing
 */
export function lastingPath(path: string, folder: string | undefined): LastingPath {
  const absolute = resolve(path);
  if (folder === undefined) {
    return { path: absolute };
  }
  const fromParent = relative(dirname(resolve(folder)), absolute);
  const isBeside = !isAbsolute(fromParent) && fromParent !== '..' && !fromParent.startsWith(`..${sep}`);
  return { path: absolute, ...(isBeside && { beside: relative(folder, absolute).replaceAll(sep, '/') }) };
}

/** Returns where it is now: beside the index, if it is there, else where it was. */
export function presentPath({ path, beside }: LastingPath, folder: string | undefined): string {
  const near = beside === undefined || folder === undefined ? undefined : join(resolve(folder), beside);
  return near !== undefined && existsSync(near) ? near : path;
}
