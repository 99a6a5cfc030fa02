import type { Metadata, ParsedDocument } from './document.js';
import { readPlainText } from './readers/plain-text.js';

/** Makes a document of a text that comes from no file; its title, if it has one, is the heading above it. */
export function parsedText(text: string, metadata: Metadata): ParsedDocument {
  const { title } = metadata;
  const { blocks } = readPlainText(text);
  // Of a table, the title "1984" comes as a number.
  const heading = typeof title === 'string' || typeof title === 'number' ? String(title) : '';
  const body = blocks.map(({ lines, ...block }) => block);
  return { blocks: heading.trim() === '' ? body : [{ kind: 'heading', text: heading, level: 1 }, ...body], metadata };
}
