import type { Metadata, Place } from '../search/index.js';
import type { FetchOutput } from './schemas.js';

/** Returns the place of a passage as a tool gives it: what is not known is left out. */
export function placeOf({ headings, lines, page }: Place): Pick<FetchOutput, 'headings' | 'lines' | 'page'> {
  return {
    ...(headings && { headings: [...headings] }),
    ...(lines && { lines: [...lines] }),
    ...(page !== undefined && { page }),
  };
}

export function metadataFor(metadata: Metadata): FetchOutput['metadata'] {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
}

/** Cuts a text to some characters and says how many are missing: an assistant's attention is short. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) {
    return text;
  }
  // Not between the halves of a character.
  const end = /[\ud800-\udbff]/.test(text[most - 1]) ? most - 1 : most;
  return `${text.slice(0, end)}\n[cut here: ${text.length - end} characters follow]`;
}
