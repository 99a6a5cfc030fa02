import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { reasonOf } from '../../base/index.js';
import { serveCalls } from '../../threads/index.js';
import type { Block, ParsedDocument } from '../document.js';
import type { PdfReading } from './pdf.js';

/** The thread that reads one PDF. */
serveCalls<PdfReading>(async ({ content }) => ({ ready: await parsed(content), answers: {} }));

async function parsed(content: Uint8Array): Promise<ParsedDocument> {
  // A copy: the reader gives the buffer away, and takes no Buffer.
  const pdf = await getDocumentProxy(Uint8Array.from(content), { verbosity: 0 }).catch((error: unknown) => {
    throw new Error(reasonOf(error));
  });
  const { text: pages } = await extractText(pdf, { mergePages: false });
  const { info } = await getMeta(pdf);
  const blocks = pages.flatMap((page, i) =>
    paragraphs(page).map((text): Block => ({ kind: 'prose', text, page: i + 1 })),
  );
  const known = Object.entries({ title: info?.Title, author: info?.Author }).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== '',
  );
  return { blocks, metadata: Object.fromEntries(known) };
}

/** Pictures of pages have no text, and no paragraphs. */
function paragraphs(page: string): string[] {
  return page
    .split(/\n\s*\n/)
    .map((text) => text.trim())
    .filter((text) => text !== '');
}
