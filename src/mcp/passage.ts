import type { StoredChunk } from '../search/index.js';

/**
 * Joins the text of consecutive chunks of a document, with each heading where it begins. What neighbours share stands
 * there once.
 *
 * @param overlaps whether the index was made so that neighbours share sentences
 */
export function passageOf(chunks: readonly StoredChunk[], overlaps: boolean): string {
  const parts: string[] = [];
  let before: StoredChunk | undefined;
  for (const chunk of chunks) {
    const isSection = headingsOf(chunk) === headingsOf(before);
    const shared = overlaps && isSection && before !== undefined ? sharedLength(before.text, chunk.text) : 0;
    const heading = isSection ? '' : `${headingsOf(chunk)}\n`;
    parts.push(`${heading}${chunk.text.slice(shared).trimStart()}`);
    before = chunk;
  }
  return parts.join('\n\n').trim();
}

function headingsOf(chunk: StoredChunk | undefined): string {
  return (chunk?.headings ?? []).join(' › ');
}

/** Counts the characters at the end of a text that begin the next one. */
function sharedLength(text: string, next: string): number {
  for (let length = Math.min(text.length, next.length); length > 0; length--) {
    if (text.endsWith(next.slice(0, length))) {
      return length;
    }
  }
  return 0;
}
