import { unzipSync } from 'fflate';
import { Parser } from 'htmlparser2';
import type { Block, ParsedDocument } from '../document.js';
import { Nesting } from './nesting.js';

/** What the parts of a document may unpack to: a small file can hold a large one. */
const mostUnpacked = 256 * 2 ** 20;

/** Reads paragraphs, headings and tables of a Word document; its title and author become metadata. */
export function readDocx(content: Buffer): ParsedDocument {
  const parts = unpacked(content, ['word/document.xml', 'word/styles.xml', 'docProps/core.xml']);
  const body = parts['word/document.xml'];
  if (body === undefined) {
    throw new Error('it holds no Word document');
  }
  const levels = headingLevels(parts['word/styles.xml'] ?? '');
  return { blocks: blocksOf(body, levels), metadata: propertiesOf(parts['docProps/core.xml'] ?? '') };
}

function unpacked(content: Buffer, names: readonly string[]): Record<string, string> {
  let total = 0;
  const files = unzipSync(content, {
    filter: ({ name, originalSize }) => {
      total += names.includes(name) ? originalSize : 0;
      if (total > mostUnpacked) {
        throw new Error(`it unpacks to more than ${mostUnpacked} bytes`);
      }
      return names.includes(name);
    },
  });
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')]));
}

/** Styles by their ids; "heading 1" is called by that name in every language. */
function headingLevels(styles: string): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  let style = '';
  parseXml(styles, {
    open: (name, attributes) => {
      style = name === 'w:style' ? (attributes['w:styleId'] ?? '') : style;
      const heading = name === 'w:name' ? /^heading (\d)$/i.exec(attributes['w:val'] ?? '') : null;
      if (heading !== null) {
        levels.set(style, Number(heading[1]));
      } else if (name === 'w:name' && /^title$/i.test(attributes['w:val'] ?? '')) {
        levels.set(style, 1);
      }
    },
  });
  return levels;
}

function blocksOf(body: string, levels: ReadonlyMap<string, number>): Block[] {
  const blocks: Block[] = [];
  let text = '';
  let level: number | undefined;
  let isText = false;
  let tables = 0;
  const flush = () => {
    const shown = text.trim();
    if (shown !== '') {
      const kind = level !== undefined && tables === 0 ? 'heading' : tables > 0 ? 'table' : 'prose';
      blocks.push({ kind, text: shown, ...(kind === 'heading' && { level }) });
    }
    text = '';
    level = undefined;
  };
  parseXml(body, {
    open: (name, attributes) => {
      isText = name === 'w:t';
      if (name === 'w:pStyle') {
        level = levels.get(attributes['w:val'] ?? '');
      } else if (name === 'w:tab') {
        text += '\t';
      } else if (name === 'w:br' || name === 'w:cr') {
        text += '\n';
      } else if (name === 'w:tbl') {
        tables++;
      } else if (name === 'w:tc' && text.trim() !== '') {
        text = `${text.trimEnd()} | `;
      }
    },
    text: (data) => {
      text += isText ? data : '';
    },
    close: (name) => {
      isText = false;
      if (name === 'w:p' && tables > 0) {
        text += ' ';
      } else if (name === 'w:p' || name === 'w:tr') {
        flush();
      } else if (name === 'w:tbl') {
        tables--;
      }
    },
  });
  return blocks;
}

function propertiesOf(core: string): Record<string, string> {
  const names: Readonly<Record<string, string>> = {
    'dc:title': 'title',
    'dc:creator': 'author',
    'dc:language': 'lang',
  };
  const found: Record<string, string> = {};
  let current: string | undefined;
  parseXml(core, {
    open: (name) => {
      current = names[name];
    },
    text: (data) => {
      if (current !== undefined && data.trim() !== '') {
        found[current] = (found[current] ?? '') + data;
      }
    },
    close: () => {
      current = undefined;
    },
  });
  return found;
}

interface XmlEvents {
  readonly open: (name: string, attributes: Readonly<Record<string, string | undefined>>) => void;
  readonly text?: (data: string) => void;
  readonly close?: (name: string) => void;
}

function parseXml(xml: string, { open, text, close }: XmlEvents): void {
  const nesting = new Nesting();
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        nesting.open();
        open(name, attributes);
      },
      ontext: text,
      onclosetag(name) {
        nesting.close();
        close?.(name);
      },
    },
    { xmlMode: true },
  );
  parser.write(xml);
  parser.end();
}
