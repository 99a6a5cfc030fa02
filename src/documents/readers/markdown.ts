import { Lexer, type Token, type TokensList } from 'marked';
import type { Block, ParsedDocument } from '../document.js';
import { readFrontMatter } from './front-matter.js';

/**
 * Reads headings, paragraphs, lists, tables and fences of Markdown, with their lines; front matter becomes metadata.
 */
export function readMarkdown(source: string): ParsedDocument {
  const text = source.replace(/\r\n|\r/g, '\n');
  const { metadata, end } = readFrontMatter(text);
  const blocks: Block[] = [];
  let line = 1 + newlines(text.slice(0, end));
  for (const token of new OutermostBlocks().lex(text.slice(end))) {
    const leading = newlines(/^\n*/.exec(token.raw)?.[0] ?? '');
    const trimmed = token.raw.trim();
    const block = blockOf(token, trimmed);
    if (block !== undefined) {
      const first = line + leading;
      blocks.push({ ...block, lines: [first, first + newlines(trimmed)] });
    }
    line += newlines(token.raw);
  }
  return { blocks, metadata };
}

/**
 * Tells the outermost blocks apart and looks into none of them: what is nested is read again at each level, so that a list of a
 * thousand levels would take minutes.
 */
class OutermostBlocks extends Lexer {
  #isInside = false;

  override blockTokens(source: string, tokens?: Token[], isClipped?: boolean): Token[];
  override blockTokens(source: string, tokens?: TokensList, isClipped?: boolean): TokensList;
  override blockTokens(source: string, tokens: Token[] = [], isClipped?: boolean): Token[] {
    if (this.#isInside) {
      return tokens;
    }
    this.#isInside = true;
    return super.blockTokens(source, tokens, isClipped);
  }

  override inlineTokens(): Token[] {
    return [];
  }
}

function blockOf(token: Token, raw: string): Block | undefined {
  switch (token.type) {
    case 'space':
    case 'hr':
    case 'def':
      return undefined;
    case 'heading':
      return { kind: 'heading', text: plain(token.text), level: token.depth };
    case 'code':
      return { kind: 'code', text: raw };
    case 'table':
      return { kind: 'table', text: raw };
    case 'html':
      return /^<!--[\s\S]*-->$/.test(raw) || raw === '' ? undefined : { kind: 'prose', text: raw };
    default:
      return raw === '' ? undefined : { kind: 'prose', text: raw };
  }
}

/** Removes the marks of a heading: links, emphasis and code are read as their words. */
function plain(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__|[*`~])/g, '')
    .trim();
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}
