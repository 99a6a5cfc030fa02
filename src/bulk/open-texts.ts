import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OctavecError } from '../base/index.js';
import { splitLines } from '../files/index.js';
import { closable } from './closable.js';
import { readError } from './read-error.js';
import { recordOfJson, type TextRecord, type TextSource } from './text-record.js';

/** `txt`: a text a line. `jsonl`: a JSON string or object a line. `parquet`: a text a row. */
export const textFormats = ['txt', 'jsonl', 'parquet'] as const;
export type TextFormat = (typeof textFormats)[number];

export interface TextFileOptions {
  /** By default what the file's name says; where it says nothing, `jsonl` if the first line is a JSON object, else `txt`. */
  readonly format?: TextFormat;
  /** The field of an object or the column that holds the text; "text" by default. */
  readonly field?: string;
}

const bytesAtATime = 256 * 1024;

/**
 * Opens a file of texts: .txt, .jsonl, or one of these compressed (.gz), or .parquet; or a pipe. It is read as it is
 * asked for and never held as a whole. An empty line of a .txt file is an empty text; between JSON lines it is passed over
 * and counted.
 *
 * @param path "-" is the standard input
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, TEXTS_INVALID; while reading, too
 */
export async function openTexts(path: string, options: TextFileOptions = {}): Promise<TextSource> {
  const { field = 'text' } = options;
  const size = path === '-' ? undefined : await sizeOf(path);
  const format = options.format ?? formatOfName(path);
  if (format === 'parquet') {
    if (size === undefined) {
      throw new OctavecError('TEXTS_INVALID', {
        path,
        why: 'Parquet is read from its end, which a pipe does not have',
      });
    }
    const { openParquet } = await import('./parquet-texts.js');
    return openParquet(path, field);
  }
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: bytesAtATime });
  const bytes = /\.gz$/i.test(path) ? unzipped(stream) : stream;
  const readSoFar = () => ('bytesRead' in stream ? stream.bytesRead : 0);
  const name = path === '-' ? 'the standard input' : path;
  let emptyLines = 0;
  const lines = recordsOfLines(bytes, { name, format, field, onEmptyLine: () => emptyLines++ });
  return {
    name,
    records: closable(lines, () => stream.destroy()),
    emptyLines: () => emptyLines,
    share: () => (size === undefined || size === 0 ? undefined : Math.min(1, readSoFar() / size)),
  };
}

/** undefined for what is not a file with a size: a pipe, a terminal. */
async function sizeOf(path: string): Promise<number | undefined> {
  const facts = await stat(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  if (facts.isDirectory()) {
    throw new OctavecError('FILE_NOT_READABLE', { path, why: 'it is a folder' });
  }
  return facts.isFile() ? facts.size : undefined;
}

function formatOfName(path: string): TextFormat | undefined {
  const extension = /\.(txt|jsonl|ndjson|parquet)(\.gz)?$/i.exec(path)?.[1].toLowerCase();
  return extension === 'ndjson' ? 'jsonl' : (extension as TextFormat | undefined);
}

function unzipped(stream: Readable): Readable {
  // What goes wrong is thrown where the last stream is read.
  return pipeline(stream, createGunzip(), () => undefined);
}

interface LineOptions {
  /** What errors call the file. */
  readonly name: string;
  readonly format: TextFormat | undefined;
  readonly field: string;
  /** Told of each empty line that is no text. */
  readonly onEmptyLine: () => void;
}

/**
 * Every line of texts is a record, an empty one the empty text, so that records keep the numbers of their lines. JSON
 * lines may have empty ones between them.
 */
async function* recordsOfLines(
  bytes: AsyncIterable<Uint8Array>,
  { name, format: known, field, onEmptyLine }: LineOptions,
): AsyncGenerator<TextRecord, void, undefined> {
  let format = known;
  let number = 0;
  /** Empty lines from before the first line that shows the format. */
  let emptyBefore = 0;
  try {
    for await (const lines of splitLines(bytes)) {
      for (const line of lines) {
        number++;
        if (line.includes('\0')) {
          const why = `line ${number} has a zero byte, as binary files and UTF-16 have`;
          throw new OctavecError('TEXTS_INVALID', { path: name, why });
        }
        if (format === undefined && line === '') {
          emptyBefore++;
          continue;
        }
        if (format === undefined) {
          format = isJsonObject(line) ? 'jsonl' : 'txt';
          yield* emptyRecords(emptyBefore, format, onEmptyLine);
        }
        if (format === 'jsonl' && line.trim() === '') {
          onEmptyLine();
        } else {
          yield format === 'jsonl' ? recordOfJson(line, field, name, `line ${number}`) : { text: line };
        }
      }
    }
    if (format === undefined) {
      yield* emptyRecords(emptyBefore, 'txt', onEmptyLine);
    }
  } catch (error) {
    throw readError(name, error);
  }
}

/** What empty lines mean once the format is known. */
function* emptyRecords(count: number, format: TextFormat, onEmptyLine: () => void): Generator<TextRecord> {
  for (let i = 0; i < count; i++) {
    if (format === 'txt') {
      yield { text: '' };
    } else {
      onEmptyLine();
    }
  }
}

function isJsonObject(line: string): boolean {
  try {
    return line.trimStart().startsWith('{') && typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
