import {
  checkCallback,
  checkFlag,
  checkOptions,
  checkText,
  type Location,
  OctavecError,
  type OptionChecks,
  oneOf,
  pathOf,
} from '../base/index.js';
import { firstLine, openBytes, sizeOf } from './byte-stream.js';
import { closable } from './closable.js';
import { formatOfLine, formatOfName, type TextFormat, textFormats } from './formats.js';
import type { ParquetFile } from './parquet-rows.js';
import { readError } from './read-error.js';
import type { Row } from './row.js';
import { rowsOf } from './rows.js';
import { type InvalidRow, recordOfRow, type TextRecord, type TextSource } from './text-record.js';

/** How a file of texts is read. */
export interface TextFileOptions {
  /** By default what the file's name says; where it says nothing, what the first line looks like. */
  readonly format?: TextFormat;
  /** The field of an object or the column that holds the text; "text" by default. */
  readonly field?: string;
  /** Put U+FFFD for bytes that are not UTF-8; otherwise such a line is an error. */
  readonly lossy?: boolean;
  /** Told of each line or row without a text, which is then passed over; without it such a line is an error. */
  readonly onInvalid?: (row: InvalidRow) => void;
}

const optionChecks: OptionChecks<TextFileOptions> = {
  format: oneOf(textFormats),
  field: checkText,
  lossy: checkFlag,
  onInvalid: checkCallback,
};

/**
 * Opens a file of texts: .txt, .jsonl, .json, .csv, .tsv, or one of these compressed (.gz), or .parquet; or a pipe. It is
 * read as it is asked for and never held as a whole. An empty line of a .txt file is an empty text; between JSON lines it
 * is passed over and counted.
 *
 * @param location a path or `file:` URL; "-" is the standard input
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, TEXTS_INVALID; while reading, too; USAGE
 * @example
 * ```ts
 * const source = await openTexts('corpus.csv', { field: 'content' });
 * await embedToFile(embedder, source, 'corpus.npy');
 * ```
 */
export async function openTexts(location: Location, options: TextFileOptions = {}): Promise<TextSource> {
  checkOptions(options, optionChecks);
  const path = pathOf('file', location);
  const size =
    path === '-'
      ? undefined
      : await sizeOf(path).catch((error: unknown) => {
          throw readError(path, error);
        });
  const format = options.format ?? formatOfName(path);
  return format === 'parquet' ? openParquetTexts(path, size, options) : openTextFile(path, size, format, options);
}

function openTextFile(
  path: string,
  size: number | undefined,
  known: Exclude<TextFormat, 'parquet'> | undefined,
  options: TextFileOptions,
): TextSource {
  const name = path === '-' ? 'the standard input' : path;
  const stream = openBytes(path);
  let emptyLines = 0;
  let lossyLines = 0;
  const rows = async function* (): AsyncGenerator<Row, void, undefined> {
    const looked = known === undefined ? await firstLine(stream.bytes) : undefined;
    const format = known ?? (formatOfLine(looked?.line ?? '') as Exclude<TextFormat, 'parquet'>);
    yield* rowsOf(looked?.bytes ?? stream.bytes, {
      format,
      lossy: options.lossy,
      onEmptyLine: () => emptyLines++,
      onBadLine: () => lossyLines++,
    });
  };
  return {
    name,
    records: closable(recordsOf(rows(), name, options), () => stream.close()),
    emptyLines: () => emptyLines,
    lossyLines: () => lossyLines,
    share: () => (size === undefined || size === 0 ? undefined : Math.min(1, stream.readSoFar() / size)),
  };
}

async function openParquetTexts(path: string, size: number | undefined, options: TextFileOptions): Promise<TextSource> {
  if (size === undefined) {
    throw new OctavecError('TEXTS_INVALID', { path, why: 'Parquet is read from its end, which a pipe does not have' });
  }
  const { openParquet } = await import('./parquet-rows.js');
  const file = await openParquet(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  return textsOfParquet(file, path, options);
}

/**
 * Reads the texts of a Parquet file, or of some of its row groups.
 *
 * @throws TEXTS_INVALID if there is no such column
 */
export function textsOfParquet(
  file: ParquetFile,
  path: string,
  options: TextFileOptions,
  groups?: readonly [number, number],
): TextSource {
  const { field = 'text' } = options;
  if (!file.columns.includes(field)) {
    const found = file.columns.map((name) => `"${name}"`).join(', ');
    const why = `it has no column "${field}"; there is ${found}, which --field can name`;
    throw new OctavecError('TEXTS_INVALID', { path, why });
  }
  const total = file.groups.slice(...(groups ?? [])).reduce((sum, rows) => sum + rows, 0);
  let read = 0;
  const rows = async function* () {
    for await (const row of file.read([...new Set([field, 'id', '_id'])], groups)) {
      read++;
      yield row;
    }
  };
  return {
    name: path,
    records: recordsOf(rows(), path, options),
    share: () => (total === 0 ? undefined : read / total),
  };
}

/** Reads the records of rows. What is wrong with one is thrown, or passed to `onInvalid`. */
export async function* recordsOf(
  rows: AsyncIterable<Row>,
  path: string,
  { field = 'text', onInvalid }: TextFileOptions,
): AsyncGenerator<TextRecord, void, undefined> {
  try {
    for await (const row of rows) {
      const found = recordOfRow(row, field);
      if ('text' in found) {
        yield found;
      } else if (onInvalid === undefined) {
        throw new OctavecError('TEXTS_INVALID', { path, why: `${found.place} ${found.problem}` });
      } else {
        onInvalid(found);
      }
    }
  } catch (error) {
    throw readError(path, error);
  }
}
