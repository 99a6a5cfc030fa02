import type { Block, BlockKind, ParsedDocument } from '../document.js';

/** Reads plain text as paragraphs, which empty lines separate. */
export function readPlainText(text: string): ParsedDocument {
  return { blocks: paragraphsOf(text, 'prose'), metadata: {} };
}

/** Reads source code as blocks of lines, which empty lines separate, cut at lines. */
export function readCode(text: string): ParsedDocument {
  return { blocks: paragraphsOf(text, 'code'), metadata: {} };
}

function paragraphsOf(text: string, kind: BlockKind): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let first = 1;
  const flush = (next: number) => {
    if (lines.length > 0) {
      blocks.push({ kind, text: lines.join('\n'), lines: [first, next - 1] });
      lines = [];
    }
  };
  const all = text.split(/\r\n|\r|\n/);
  for (const [i, line] of all.entries()) {
    if (line.trim() === '') {
      flush(i + 1);
    } else {
      first = lines.length === 0 ? i + 1 : first;
      lines.push(line);
    }
  }
  flush(all.length + 1);
  return blocks;
}
