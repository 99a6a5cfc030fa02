import { runInThread } from '../../threads/index.js';
import type { ParsedDocument } from '../document.js';
import { shortReason } from '../short-reason.js';

export interface PdfReading {
  start(job: { readonly content: Uint8Array }): ParsedDocument;
}

/** Longer than this no page of text takes. */
const mostMs = 120_000;

/**
 * Reads the text of a PDF, page by page; its title and author become metadata. It is read in a thread of its own, so
 * that a broken file harms nothing else.
 */
export async function readPdf(content: Buffer): Promise<ParsedDocument> {
  const script = new URL('./pdf-worker.js', import.meta.url);
  const signal = AbortSignal.timeout(mostMs);
  try {
    return await runInThread<PdfReading>(script, { content }, { path: 'a PDF', what: 'reading a PDF', signal });
  } catch (error) {
    const why = signal.aborted ? `it takes longer than ${mostMs / 1000} s` : shortReason(error);
    throw new Error(`it is not a PDF that can be read: ${why}`, { cause: error });
  }
}
