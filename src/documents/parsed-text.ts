import type { Metadata, ParsedDocument } from './document.js';
import { readPlainText } from './readers/plain-text.js';

/** Makes a document of a text that comes from no file; its title, if it has one, is the heading above it. */
export function parsedText(text: string, metadata: Metadata): ParsedDocument {
  const { title } = metadata;
  const { blocks } = readPlainText(text);
  const isTitled = typeof title === 'string' && title.trim() !== '';
  const body = blocks.map(({ lines, ...block }) => block);
  return { blocks: isTitled ? [{ kind: 'heading', text: title, level: 1 }, ...body] : body, metadata };
}
