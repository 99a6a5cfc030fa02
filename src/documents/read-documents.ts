import { readFile } from 'node:fs/promises';
import { counted, formatBytes } from '../base/index.js';
import { readRows, recordOfRow } from '../texts/index.js';
import type { ParsedDocument } from './document.js';
import { documentFormat, readerOf } from './formats.js';
import { metadataOf } from './metadata.js';
import { parsedText } from './parsed-text.js';
import { shortReason } from './short-reason.js';
import { type FoundFile, reasonOfSystem, type SkippedFile } from './walk-files.js';

/** A document that may be read: its content is known, and parsed when it is asked for. */
export interface DocumentSource {
  readonly id: string;
  /** The file that it stands in, if it is of one. */
  readonly path?: string;
  /** What changes when the document does. */
  readonly content: Buffer | string;
  /**
   * Reads and parses the document.
   *
   * @throws Error for content that is not what it should be
   */
  parse(): Promise<ParsedDocument>;
}

export interface ReadDocumentsOptions {
  /** Larger files are passed over, except for those of rows, which are read row by row. */
  readonly maxFileBytes: number;
  /** Field or column that holds the text of a row. */
  readonly field: string;
  /** Told of each file that is not read, and why. */
  readonly onSkipped: (file: SkippedFile) => void;
}

/** Reads the documents of a file: one, or one for each row. What cannot be read is passed over with its reason. */
export async function* readDocuments(
  file: FoundFile,
  options: ReadDocumentsOptions,
): AsyncGenerator<DocumentSource, void, undefined> {
  const format = documentFormat(file.path);
  const skip = (reason: string) => options.onSkipped({ id: file.id, path: file.path, reason });
  if (format === undefined) {
    skip('its format is not known');
  } else if (format === 'rows') {
    yield* readRowDocuments(file, options, skip);
  } else if (file.bytes > options.maxFileBytes) {
    skip(`it is larger than ${formatBytes(options.maxFileBytes)}`);
  } else {
    try {
      const content = await readFile(file.path);
      yield { id: file.id, path: file.path, content, parse: async () => (await readerOf(format))(content) };
    } catch (error) {
      skip(reasonOfSystem(error));
    }
  }
}

/** Reads a row's text below its title, as in BEIR's corpora; all other fields are metadata. */
async function* readRowDocuments(
  file: FoundFile,
  { field }: ReadDocumentsOptions,
  skip: (reason: string) => void,
): AsyncGenerator<DocumentSource, void, undefined> {
  const isTable = /\.[ct]sv$/i.test(file.path);
  let unusable = 0;
  let first = '';
  try {
    for await (const row of readRows(file.path, undefined, 'TEXTS_INVALID')) {
      const record = recordOfRow(row, field);
      if ('problem' in record || record.text.trim() === '') {
        first ||= `${row.place} ${'problem' in record ? record.problem : 'holds an empty text'}`;
        unusable++;
        continue;
      }
      const value = 'value' in row ? row.value : {};
      const fields = isTable ? withNumbers(value as Readonly<Record<string, string>>) : value;
      yield rowDocument(`${file.id}#${record.id ?? row.place}`, record.text, fields, field);
    }
  } catch (error) {
    // Indexing reads nothing that is not UTF-8.
    skip(shortReason(error).replace(/, or read it with "lossy".*$/s, ''));
  }
  if (unusable > 0) {
    skip(`${counted(unusable, 'row')} without a text: ${first}`);
  }
}

/** Turns what is written as a number into one, so that filters can compare it: tables of text have no numbers. */
function withNumbers(fields: Readonly<Record<string, string>>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, isNumber(text) ? Number(text) : text]));
}

function isNumber(text: string): boolean {
  return Number.isFinite(Number(text)) && String(Number(text)) === text;
}

function rowDocument(id: string, text: string, value: unknown, field: string): DocumentSource {
  const metadata = typeof value === 'object' && value !== null ? metadataOf(value) : {};
  const { [field]: _text, ...rest } = metadata;
  return {
    id,
    content: JSON.stringify(typeof value === 'string' ? value : metadata),
    parse: async () => parsedText(text, rest),
  };
}
