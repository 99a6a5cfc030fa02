import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OctavecError } from '../base/index.js';
import { isCompressed } from './formats.js';

const bytesAtATime = 256 * 1024;

/** The bytes of a file or a pipe, decompressed where its name ends in .gz. */
export interface ByteStream {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Returns how many bytes of the file have been read so far. */
  readSoFar(): number;
  close(): void;
}

/**
 * Opens a file or the standard input as a stream of bytes.
 *
 * @param path "-" is the standard input
 */
export function openBytes(path: string): ByteStream {
  const stream: Readable = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: bytesAtATime });
  return {
    // What goes wrong is thrown where the last stream is read.
    bytes: isCompressed(path) ? pipeline(stream, createGunzip(), () => undefined) : stream,
    readSoFar: () => ('bytesRead' in stream ? (stream.bytesRead as number) : 0),
    close: () => stream.destroy(),
  };
}

/**
 * Returns the size of a file, or undefined for a pipe or a terminal, which have none.
 *
 * @throws FILE_NOT_READABLE for a folder; errors of the file system as they are
 */
export async function sizeOf(path: string): Promise<number | undefined> {
  const facts = await stat(path);
  if (facts.isDirectory()) {
    throw new OctavecError('FILE_NOT_READABLE', { path, why: 'it is a folder' });
  }
  return facts.isFile() ? facts.size : undefined;
}

/** Returns the first line that is not empty, and all bytes, which are still to be read. */
export async function firstLine(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ readonly line: string; readonly bytes: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let line = '';
  for (let isDone = false; !isDone; ) {
    const result = await iterator.next();
    isDone = result.done === true;
    if (!result.done) {
      read.push(result.value);
    }
    const text = Buffer.concat(read)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart();
    const end = text.indexOf('\n');
    line = end < 0 ? text : text.slice(0, end);
    // An array may be one line of any length.
    isDone ||= end >= 0 || line.startsWith('[');
  }
  const all = async function* () {
    yield* read;
    for (let result = await iterator.next(); !result.done; result = await iterator.next()) {
      yield result.value;
    }
  };
  return { line, bytes: all() };
}
