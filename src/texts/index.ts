/**
 * Reading files of texts and of records: lines, JSON, tables, Parquet, compressed or from a pipe.
 *
 * @module
 */
export { closable } from './closable.js';
export { type TextFormat, textFormats } from './formats.js';
export { openTexts, type TextFileOptions } from './open-texts.js';
export { type PairedTexts, readPairs } from './read-pairs.js';
export { readRows } from './read-rows.js';
export { readTexts } from './read-texts.js';
export type { Row } from './row.js';
export { cutTexts, openPart, type RandomAccessFile, type SizedPart, type TextPart } from './text-parts.js';
export {
  type InvalidRow,
  joinSources,
  type RecordId,
  recordOfRow,
  someTexts,
  type TextRecord,
  type TextSource,
  textsAsSource,
} from './text-record.js';
