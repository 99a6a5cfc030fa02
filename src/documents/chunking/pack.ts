import type { Block, Chunk } from '../document.js';
import type { Chunking } from './chunking.js';
import { type CountTokens, lineBreaks, type Piece, piecesOf } from './pieces.js';
import type { Section } from './sections.js';

/** Puts the blocks of a section into chunks, in their order. */
export async function packed(section: Section, chunking: Chunking, countTokens: CountTokens): Promise<Chunk[]> {
  const path = section.headings.join(' › ');
  const counts = await countTokens([path, ...section.blocks.map(({ text }) => text)]);
  // Headings that would take more than half of a chunk are left to the chunk's place.
  const budget = Math.max(1, counts[0] * 2 > chunking.tokens ? chunking.tokens : chunking.tokens - counts[0]);
  const chunks: Piece[][] = [];
  let open: Piece[] = [];
  let carried = 0;
  const close = () => {
    if (open.length > carried) {
      chunks.push(open);
      open = tail(open, chunking.overlap);
      carried = open.length;
    }
  };
  const add = (pieces: readonly Piece[]) => {
    const size = tokensOf(pieces);
    if (tokensOf(open) + size > budget) {
      close();
    }
    if (tokensOf(open) + size > budget) {
      open = [];
      carried = 0;
    }
    open.push(...pieces);
  };
  for (const [i, block] of section.blocks.entries()) {
    const tokens = counts[i + 1];
    const isWhole = tokens <= budget && (chunking.overlap === 0 || section.blocks.length === 1);
    const whole: Piece = { block, start: 0, end: block.text.length, tokens, linesBefore: 0 };
    const pieces = isWhole ? [whole] : await piecesOf(block, budget, countTokens);
    if (tokensOf(pieces) <= budget) {
      add(pieces);
    } else {
      for (const piece of pieces) {
        add([piece]);
      }
    }
  }
  close();
  return chunks.map((pieces) => chunkOf(pieces, section.headings)).filter(({ text }) => text !== '');
}

function tokensOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Returns the last pieces, as many as fit into a number of tokens. */
function tail(pieces: readonly Piece[], most: number): Piece[] {
  let first = pieces.length;
  for (let sum = 0; first > 1 && sum + pieces[first - 1].tokens <= most; first--) {
    sum += pieces[first - 1].tokens;
  }
  return pieces.slice(first);
}

/** Joins consecutive pieces: as the text stands within a block, with an empty line between blocks. */
function chunkOf(pieces: readonly Piece[], headings: readonly string[]): Chunk {
  const texts: string[] = [];
  for (let i = 0; i < pieces.length; ) {
    let last = i;
    while (pieces[last + 1]?.block === pieces[i].block) {
      last++;
    }
    texts.push(trimmed(pieces[i].block, pieces[i].start, pieces[last].end));
    i = last + 1;
  }
  const first = pieces[0];
  const last = pieces[pieces.length - 1];
  const begin = lineOf(first);
  const end = lineOf(last, last.block.text.slice(last.start, last.end).trimEnd());
  const isAlone = first.block.kind === 'heading';
  return {
    text: texts.join('\n\n').trim(),
    ...(headings.length > 0 && !isAlone && { headings }),
    ...(begin !== undefined && end !== undefined && { lines: [begin, end] }),
    ...(first.block.page !== undefined && { page: first.block.page }),
  };
}

/** Cuts a part out of a block and trims it. Code keeps its indentation. */
function trimmed({ kind, text }: Block, start: number, end: number): string {
  const part = text.slice(start, end);
  return kind === 'code' ? part.replace(/^\n+|\s+$/g, '') : part.trim();
}

/** Returns the line of the file in which a piece, or a text at its beginning, ends. */
function lineOf({ block, linesBefore }: Piece, text = ''): number | undefined {
  return block.lines && Math.min(block.lines[0] + linesBefore + lineBreaks(text, 0, text.length), block.lines[1]);
}
