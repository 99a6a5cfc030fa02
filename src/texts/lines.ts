import { isUtf8 } from 'node:buffer';

/** A line longer than this is taken for a file that has no lines. */
const longestLine = 256 * 2 ** 20;
const lineFeed = 10;

/** A line of a file, without its line break. */
export interface Line {
  readonly text: string;
  /** False for bytes that are not UTF-8: U+FFFD stands for them in the text. */
  readonly isUtf8: boolean;
}

/**
 * Cuts bytes into lines, as many at a time as a piece of the source completes. Line breaks (LF or CR LF, nothing else)
 * and a byte order mark are left out.
 *
 * @param linesBefore lines of the file before those of the source
 * @throws RangeError for a line of more than 256 million bytes; what the source throws
 */
export async function* splitLines(
  source: AsyncIterable<Uint8Array>,
  linesBefore = 0,
): AsyncGenerator<Line[], void, undefined> {
  /** The beginning of the next line. */
  let parts: Uint8Array[] = [];
  let length = 0;
  let number = linesBefore;
  const lineOf = (end: Buffer): Line => {
    number++;
    const bytes = parts.length === 0 ? end : Buffer.concat([...parts, end]);
    parts = [];
    length = 0;
    const line = bytes.toString('utf8');
    const start = number === 1 && line.startsWith('\uFEFF') ? 1 : 0;
    return { text: line.slice(start, line.endsWith('\r') ? -1 : undefined), isUtf8: isUtf8(bytes) };
  };
  for await (const piece of source) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const lines: Line[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      lines.push(lineOf(bytes.subarray(start, end)));
      start = end + 1;
    }
    if (start < bytes.length) {
      parts.push(bytes.subarray(start));
      length += bytes.length - start;
    }
    if (length > longestLine) {
      throw new RangeError(`it has a line of more than ${longestLine} bytes`);
    }
    if (lines.length > 0) {
      yield lines;
    }
  }
  if (parts.length > 0) {
    const last = lineOf(Buffer.alloc(0));
    if (last.text !== '') {
      yield [last];
    }
  }
}
