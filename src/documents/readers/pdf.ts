import type { Block, ParsedDocument } from '../document.js';

/** The text of a PDF, page by page; its title and author become metadata. Pages that are pictures have none. */
export async function readPdf(content: Buffer): Promise<ParsedDocument> {
  const { extractText, getDocumentProxy, getMeta } = await import('unpdf');
  const pdf = await getDocumentProxy(new Uint8Array(content), { verbosity: 0 });
  try {
    const { text: pages } = await extractText(pdf, { mergePages: false });
    const { info } = await getMeta(pdf);
    const blocks = pages.flatMap((page, i) =>
      paragraphs(page).map((text): Block => ({ kind: 'prose', text, page: i + 1 })),
    );
    const known = Object.entries({ title: info?.Title, author: info?.Author }).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== '',
    );
    return { blocks, metadata: Object.fromEntries(known) };
  } finally {
    await pdf.destroy();
  }
}

function paragraphs(page: string): string[] {
  return page
    .split(/\n\s*\n/)
    .map((text) => text.trim())
    .filter((text) => text !== '');
}
