import { parse } from 'yaml';
import { isRecord } from '../../base/index.js';
import type { Metadata } from '../document.js';
import { metadataOf } from '../metadata.js';

/** Longer ones are text that begins with a line. */
const mostCharacters = 64 * 1024;

/** Reads the YAML between two lines of `---` at a text's beginning, and finds where the text goes on after it. */
export function readFrontMatter(text: string): { readonly metadata: Metadata; readonly end: number } {
  const found = /^---[ \t]*\n([\s\S]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text.slice(0, mostCharacters));
  if (found === null) {
    return { metadata: {}, end: 0 };
  }
  try {
    const value: unknown = parse(found[1], { maxAliasCount: 0 });
    return isRecord(value) ? { metadata: metadataOf(value), end: found[0].length } : { metadata: {}, end: 0 };
  } catch {
    // Something between two lines that is no YAML is a part of the text.
    return { metadata: {}, end: 0 };
  }
}
