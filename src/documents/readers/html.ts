import { Parser } from 'htmlparser2';
import type { Block, ParsedDocument } from '../document.js';
import { Nesting } from './nesting.js';

/** What is not shown, or shown beside the text on every page of a site. */
const skipped = new Set(['script', 'style', 'noscript', 'template', 'svg', 'nav', 'iframe', 'object', 'head']);

/** Elements that begin a line of their own. */
const blocks = new Set(
  'address article aside blockquote body br dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section summary table tbody td tfoot th thead title tr ul'.split(
    ' ',
  ),
);

/**
 * Headings, paragraphs, tables and preformatted text of a page; its title, language and description become metadata. The
 * parser gives elements as they come and builds no tree.
 *
 * @throws Error where it is nested too deep
 */
export function readHtml(html: string): ParsedDocument {
  const page = new PageReader();
  const nesting = new Nesting();
  const parser = new Parser({
    onopentag(name, attributes) {
      nesting.open();
      page.open(name, attributes);
    },
    ontext: (data) => page.text(data),
    onclosetag(name) {
      nesting.close();
      page.close(name);
    },
  });
  parser.write(html);
  parser.end();
  return page.end();
}

/** Collects the blocks of a page while its elements open and close. */
class PageReader {
  readonly #blocks: Block[] = [];
  readonly #metadata: Record<string, string> = {};
  /** The text of the block that is being read. */
  #text = '';
  /** The text of the first title, from where it opens until it closes. */
  #title: string | undefined;
  /** Open elements of each kind. */
  #hidden = 0;
  #pre = 0;
  #tables = 0;
  #heading: number | undefined;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#readMetadata(name, attributes);
    this.#hidden += skipped.has(name) ? 1 : 0;
    if (this.#hidden > 0 || !blocks.has(name)) {
      return;
    }
    const separator = this.#separator(name);
    if (separator !== undefined) {
      this.#text += separator;
      return;
    }
    this.#flush();
    this.#pre += name === 'pre' ? 1 : 0;
    this.#tables += name === 'table' ? 1 : 0;
    this.#heading = isHeading(name) ? Number(name[1]) : this.#heading;
  }

  text(data: string): void {
    if (this.#title !== undefined && this.#metadata.title === undefined) {
      this.#title += data;
    } else if (this.#hidden === 0) {
      this.#text += data;
    }
  }

  close(name: string): void {
    if (name === 'title' && this.#title !== undefined) {
      this.#metadata.title ??= inOneLine(this.#title);
    }
    if (this.#hidden === 0 && this.#endsBlock(name)) {
      this.#flush();
      this.#pre -= name === 'pre' ? 1 : 0;
      this.#tables -= name === 'table' ? 1 : 0;
      this.#heading = isHeading(name) ? undefined : this.#heading;
    }
    this.#hidden -= skipped.has(name) ? 1 : 0;
  }

  end(): ParsedDocument {
    this.#flush();
    if (this.#metadata.title === '') {
      delete this.#metadata.title;
    }
    return { blocks: this.#blocks, metadata: this.#metadata };
  }

  #readMetadata(name: string, { lang, name: key, content }: Readonly<Record<string, string>>): void {
    if (name === 'title') {
      this.#title ??= '';
    } else if (name === 'html' && lang) {
      this.#metadata.lang = lang;
    } else if (name === 'meta' && key?.toLowerCase() === 'description' && content) {
      this.#metadata.description = content;
    }
  }

  /** Returns what stands between what comes before an element and what is in it, if both belong to one block. */
  #separator(name: string): string | undefined {
    const isCell = name === 'td' || name === 'th';
    if (isCell && this.#text.trim() !== '') {
      return ' | ';
    }
    if (isCell || (this.#tables > 0 && name !== 'tr' && name !== 'table')) {
      return ' ';
    }
    return this.#pre > 0 && name === 'br' ? '\n' : undefined;
  }

  #endsBlock(name: string): boolean {
    // A line break has nothing in it, and the parser closes it where it stands.
    return blocks.has(name) && name !== 'br' && (this.#tables === 0 || name === 'tr' || name === 'table');
  }

  #flush(): void {
    const shown = this.#pre > 0 ? this.#text.replace(/^\n+|\s+$/g, '') : inOneLine(this.#text);
    this.#text = '';
    if (shown === '') {
      return;
    }
    if (this.#heading !== undefined) {
      this.#blocks.push({ kind: 'heading', text: shown, level: this.#heading });
      return;
    }
    this.#blocks.push({ kind: this.#pre > 0 ? 'code' : this.#tables > 0 ? 'table' : 'prose', text: shown });
  }
}

function isHeading(name: string): boolean {
  return /^h[1-6]$/.test(name);
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
