import type { Block, Chunk } from '../document.js';
import type { Chunking } from './chunking.js';
import { packed } from './pack.js';
import type { CountTokens } from './pieces.js';
import { sectionsOf } from './sections.js';

/**
 * Cuts a document into chunks along its structure. A chunk never reaches over a heading; it ends between blocks where it
 * can, else between sentences or lines, else between words.
 *
 * @param chunking `none`: the document is one chunk, and the model sees as much of it as it takes
 */
export async function chunkDocument(
  blocks: readonly Block[],
  chunking: Chunking | 'none',
  countTokens: CountTokens,
): Promise<Chunk[]> {
  if (chunking === 'none') {
    return wholeDocument(blocks);
  }
  const chunks: Chunk[] = [];
  for (const section of sectionsOf(blocks)) {
    chunks.push(...(await packed(section, chunking, countTokens)));
  }
  return chunks;
}

function wholeDocument(blocks: readonly Block[]): Chunk[] {
  const text = blocks.map((block) => block.text).join('\n\n');
  if (text.trim() === '') {
    return [];
  }
  const [first, last] = [blocks[0], blocks[blocks.length - 1]];
  const lines = first.lines && last.lines && ([first.lines[0], last.lines[1]] as const);
  return [{ text, ...(lines && { lines }), ...(first.page !== undefined && { page: first.page }) }];
}
