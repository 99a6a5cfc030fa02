import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OctavecError } from '../../base/index.js';
import { closable } from './closable.js';
import { openParquet } from './parquet-texts.js';
import { readError } from './read-error.js';
import { splitLines } from './split-lines.js';
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
 * asked for and never held as a whole. Lines without anything in them are left out.
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
    return openParquet(path, field);
  }
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: bytesAtATime });
  const bytes = /\.gz$/i.test(path) ? unzipped(stream) : stream;
  const readSoFar = () => ('bytesRead' in stream ? stream.bytesRead : 0);
  return {
    name: path === '-' ? 'the standard input' : path,
    records: closable(recordsOfLines(bytes, path, format, field), () => stream.destroy()),
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

async function* recordsOfLines(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  known: TextFormat | undefined,
  field: string,
): AsyncGenerator<TextRecord, void, undefined> {
  let format = known;
  let number = 0;
  try {
    for await (const lines of splitLines(bytes)) {
      for (const line of lines) {
        number++;
        if (line.trim() === '' && (line === '' || format === 'jsonl')) {
          continue;
        }
        format ??= isJsonObject(line) ? 'jsonl' : 'txt';
        yield format === 'jsonl' ? recordOfJson(line, field, path, `line ${number}`) : { text: line };
      }
    }
  } catch (error) {
    throw readError(path, error);
  }
}

function isJsonObject(line: string): boolean {
  try {
    return line.trimStart().startsWith('{') && typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
