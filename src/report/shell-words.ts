import { relative } from 'node:path';
import { printable } from '../base/index.js';

/** Writes a path as it would be given in this folder. */
export function shortPath(path: string): string {
  const short = relative('', path);
  return short.startsWith('..') || short === '' ? path : short;
}

/** Writes a path as it would be typed into a shell in this folder. */
export function quoted(path: string): string {
  const own = printable(shortPath(path));
  const short = own.startsWith('-') ? `./${own}` : own;
  return /^[\w@%+=:,./-]+$/.test(short) ? short : `'${short.replaceAll("'", "'\\''")}'`;
}
