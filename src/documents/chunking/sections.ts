import type { Block } from '../document.js';

/** What stands between two headings. */
export interface Section {
  /** Headings above it, the outermost first. */
  readonly headings: readonly string[];
  readonly blocks: readonly Block[];
}

/** What is longer is a text that was marked as a heading. */
const longestHeading = 200;

/**
 * Returns the sections of a document that say something. A heading with nothing below it but further headings is a part
 * of their paths; if nothing is below it at all it is text itself.
 */
export function sectionsOf(blocks: readonly Block[]): Section[] {
  const sections: Section[] = [];
  const path: Block[] = [];
  let content: Block[] = [];
  const flush = () => {
    if (content.length > 0) {
      sections.push({ headings: path.map(({ text }) => text.slice(0, longestHeading)), blocks: content });
      content = [];
    }
  };
  for (const [i, block] of blocks.entries()) {
    if (block.kind !== 'heading' || block.text.length > longestHeading) {
      content.push(block);
      continue;
    }
    flush();
    const level = block.level ?? 1;
    while ((path.at(-1)?.level ?? 0) >= level) {
      path.pop();
    }
    const next = blocks[i + 1];
    const isEmpty = next === undefined || (next.kind === 'heading' && (next.level ?? 1) <= level);
    if (isEmpty) {
      content.push(block);
      flush();
    }
    path.push({ ...block, level });
  }
  flush();
  return sections;
}
