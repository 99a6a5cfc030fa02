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
  const found: Block[] = [];
  const metadata: Record<string, string> = {};
  let text = '';
  let title: string | undefined;
  let hidden = 0;
  let pre = 0;
  let tables = 0;
  let heading: number | undefined;
  const flush = () => {
    const shown = pre > 0 ? text.replace(/^\n+|\s+$/g, '') : text.replace(/\s+/g, ' ').trim();
    text = '';
    if (shown !== '') {
      found.push(
        heading === undefined
          ? { kind: pre > 0 ? 'code' : tables > 0 ? 'table' : 'prose', text: shown }
          : { kind: 'heading', text: shown, level: heading },
      );
    }
  };
  const nesting = new Nesting();
  const parser = new Parser({
    onopentag(name, attributes) {
      nesting.open();
      if (name === 'title' && title === undefined) {
        title = '';
      }
      if (name === 'html' && attributes.lang) {
        metadata.lang = attributes.lang;
      }
      if (name === 'meta' && attributes.name?.toLowerCase() === 'description' && attributes.content) {
        metadata.description = attributes.content;
      }
      hidden += skipped.has(name) ? 1 : 0;
      if (hidden > 0 || !blocks.has(name)) {
        return;
      }
      if ((name === 'td' || name === 'th') && text.trim() !== '') {
        text += ' | ';
        return;
      }
      if (name === 'td' || name === 'th' || (tables > 0 && name !== 'tr' && name !== 'table')) {
        text += ' ';
        return;
      }
      if (pre > 0 && name === 'br') {
        text += '\n';
        return;
      }
      flush();
      pre += name === 'pre' ? 1 : 0;
      tables += name === 'table' ? 1 : 0;
      heading = /^h[1-6]$/.test(name) ? Number(name[1]) : heading;
    },
    ontext(data) {
      if (title !== undefined && metadata.title === undefined) {
        title += data;
      } else if (hidden === 0) {
        text += data;
      }
    },
    onclosetag(name) {
      nesting.close();
      if (name === 'title' && title !== undefined && metadata.title === undefined) {
        metadata.title = title.replace(/\s+/g, ' ').trim();
      }
      // A line break has nothing in it, and the parser closes it where it stands.
      if (hidden === 0 && blocks.has(name) && name !== 'br' && (tables === 0 || name === 'tr' || name === 'table')) {
        flush();
        pre -= name === 'pre' ? 1 : 0;
        tables -= name === 'table' ? 1 : 0;
        heading = /^h[1-6]$/.test(name) ? undefined : heading;
      }
      hidden -= skipped.has(name) ? 1 : 0;
    },
  });
  parser.write(html);
  parser.end();
  flush();
  if (metadata.title === '') {
    delete metadata.title;
  }
  return { blocks: found, metadata };
}
