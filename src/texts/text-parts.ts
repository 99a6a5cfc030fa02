import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OctavecError } from '../base/index.js';
import { firstLine } from './byte-stream.js';
import { closable } from './closable.js';
import { formatOfLine, formatOfName, isCompressed, type TextFormat } from './formats.js';
import { recordsOf, type TextFileOptions, textsOfParquet } from './open-texts.js';
import type { ParquetFile } from './parquet-rows.js';
import { readError } from './read-error.js';
import type { Row } from './row.js';
import { rowsOf } from './rows.js';
import type { InvalidRow, TextSource } from './text-record.js';

/** A file whose bytes can be asked for at any place, wherever it lies. */
export interface RandomAccessFile {
  /** What errors call it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Reads bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Reads the same bytes piece by piece. */
  stream(start: number, end: number): AsyncIterable<Uint8Array>;
}

/**
 * A part of a file of texts that can be read without the others: some lines of .txt or .jsonl, some row groups of
 * Parquet, and of everything else the whole file.
 */
export type TextPart =
  | { readonly kind: 'lines'; readonly bytes: readonly [number, number]; readonly linesBefore: number }
  | { readonly kind: 'groups'; readonly groups: readonly [number, number] }
  | { readonly kind: 'whole' };

/** A part with what it holds. */
export interface SizedPart {
  readonly part: TextPart;
  /** Rows, or lines of .txt and .jsonl (those that are empty included). */
  readonly rows: number;
}

/**
 * Cuts a file of texts into parts of at most so many rows, as far as its format can be cut. A row group of Parquet is
 * never divided, however many rows it has.
 *
 * @throws TEXTS_INVALID for a file without texts, without the column, or without a text in its first row; what reading throws
 */
export async function cutTexts(
  file: RandomAccessFile,
  rowsPerPart: number,
  options: TextFileOptions = {},
): Promise<SizedPart[]> {
  const format = options.format ?? formatOfName(file.name);
  const parts = await partsOf(file, format, rowsPerPart, options).catch((error: unknown) => {
    throw readError(file.name, error);
  });
  if (parts.every(({ rows }) => rows === 0)) {
    throw new OctavecError('TEXTS_INVALID', { path: file.name, why: 'there are none' });
  }
  await checkFirstRows(file, parts[0].part, options);
  return parts;
}

/** Rows that are looked at before a file is believed to have texts. */
const rowsToCheck = 100;

/** Checks that the columns exist: an error is better raised now than by a thousand workers later. */
async function checkFirstRows(file: RandomAccessFile, part: TextPart, options: TextFileOptions): Promise<void> {
  const invalid: InvalidRow[] = [];
  const { records } = await openPart(file, part, {
    ...options,
    onInvalid: (row) => {
      invalid.push(row);
      if (invalid.length === rowsToCheck) {
        throw new RangeError(`${invalid[0].place} ${invalid[0].problem}, and so on for ${rowsToCheck} rows`);
      }
    },
  });
  const iterator = records[Symbol.asyncIterator]();
  const first = await iterator.next();
  await iterator.return?.();
  if (first.done && invalid.length > 0) {
    const why = `${invalid[0].place} ${invalid[0].problem}`;
    throw new OctavecError('TEXTS_INVALID', { path: file.name, why });
  }
}

async function partsOf(
  file: RandomAccessFile,
  format: TextFormat | undefined,
  rowsPerPart: number,
  options: TextFileOptions,
): Promise<SizedPart[]> {
  if (format === 'parquet') {
    return groupParts((await parquetOf(file)).groups, rowsPerPart);
  }
  if ((format === 'txt' || format === 'jsonl') && !isCompressed(file.name)) {
    return lineParts(file, rowsPerPart);
  }
  const { records } = await openPart(file, { kind: 'whole' }, { ...options, onInvalid: () => undefined });
  let rows = 0;
  for await (const _ of records) {
    rows++;
  }
  return [{ part: { kind: 'whole' }, rows }];
}

/** Groups row groups until they have the rows; a row group that has more is a part of its own. */
export function groupParts(groups: readonly number[], rowsPerPart: number): SizedPart[] {
  const parts: SizedPart[] = [];
  let first = 0;
  let rows = 0;
  for (const [group, size] of groups.entries()) {
    if (rows > 0 && rows + size > rowsPerPart) {
      parts.push({ part: { kind: 'groups', groups: [first, group] }, rows });
      first = group;
      rows = 0;
    }
    rows += size;
  }
  return rows > 0 ? [...parts, { part: { kind: 'groups', groups: [first, groups.length] }, rows }] : parts;
}

const lineFeed = 10;

/** Cuts behind every so many line breaks. */
async function lineParts(file: RandomAccessFile, rowsPerPart: number): Promise<SizedPart[]> {
  const parts: SizedPart[] = [];
  let start = 0;
  let linesBefore = 0;
  let lines = 0;
  const cut = (end: number) => {
    if (lines > 0) {
      parts.push({ part: { kind: 'lines', bytes: [start, end], linesBefore }, rows: lines });
    }
    start = end;
    linesBefore += lines;
    lines = 0;
  };
  let position = 0;
  let endsInLine = false;
  for await (const piece of file.stream(0, file.size)) {
    for (let at = piece.indexOf(lineFeed); at >= 0; at = piece.indexOf(lineFeed, at + 1)) {
      lines++;
      if (lines === rowsPerPart) {
        cut(position + at + 1);
      }
    }
    position += piece.length;
    endsInLine = piece.length > 0 ? piece[piece.length - 1] !== lineFeed : endsInLine;
  }
  lines += endsInLine ? 1 : 0;
  cut(position);
  return parts;
}

/**
 * Opens a part of a file of texts, as {@link cutTexts} gives it. Places in errors and records count from the file's beginning.
 *
 * @throws as `openTexts`, and what the file throws
 */
export async function openPart(
  file: RandomAccessFile,
  part: TextPart,
  options: TextFileOptions = {},
): Promise<TextSource> {
  return part.kind === 'groups' ? openGroups(file, part.groups, options) : openBytesOfPart(file, part, options);
}

async function openGroups(
  file: RandomAccessFile,
  groups: readonly [number, number],
  options: TextFileOptions,
): Promise<TextSource> {
  const parquet = await parquetOf(file).catch((error: unknown) => {
    throw readError(file.name, error);
  });
  return textsOfParquet(parquet, file.name, options, groups);
}

function openBytesOfPart(
  file: RandomAccessFile,
  part: Exclude<TextPart, { readonly kind: 'groups' }>,
  options: TextFileOptions,
): TextSource {
  const [start, end, linesBefore] = part.kind === 'lines' ? [...part.bytes, part.linesBefore] : [0, file.size, 0];
  const stream = Readable.from(file.stream(start, end), { objectMode: false });
  const bytes = isCompressed(file.name) ? pipeline(stream, createGunzip(), () => undefined) : stream;
  let emptyLines = 0;
  const rows = async function* (): AsyncGenerator<Row, void, undefined> {
    const known = options.format ?? formatOfName(file.name);
    const looked = known === undefined ? await firstLine(bytes) : undefined;
    const format = (known ?? formatOfLine(looked?.line ?? '')) as Exclude<TextFormat, 'parquet'>;
    yield* rowsOf(looked?.bytes ?? bytes, {
      format,
      lossy: options.lossy,
      linesBefore,
      onEmptyLine: () => emptyLines++,
    });
  };
  return {
    name: file.name,
    records: closable(recordsOf(rows(), file.name, options), () => stream.destroy()),
    emptyLines: () => emptyLines,
    share: () => undefined,
  };
}

async function parquetOf(file: RandomAccessFile): Promise<ParquetFile> {
  const { openParquet } = await import('./parquet-rows.js');
  return openParquet({
    byteLength: file.size,
    slice: async (start: number, end = file.size) => {
      const bytes = await file.read(start < 0 ? file.size + start : start, end < 0 ? file.size + end : end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  });
}
