import { relative } from 'node:path';
import { printable, shellWord } from '../base/index.js';

/** Writes a path as it would be given in this folder. */
export function shortPath(path: string): string {
  const short = relative('', path);
  return short.startsWith('..') || short === '' ? path : short;
}

/** Writes a path as it would be typed into a shell in this folder. */
export function quoted(path: string): string {
  const own = printable(shortPath(path));
  return shellWord(own.startsWith('-') ? `./${own}` : own);
}
