import { StringDecoder } from 'node:string_decoder';

/** A line longer than this is taken for a file that has no lines. */
const longestLine = 256 * 2 ** 20;

/**
 * Cuts UTF-8 bytes into lines, as many at a time as a piece of the source completes. Line breaks (LF or CR LF) and a
 * byte order mark are left out.
 *
 * @throws RangeError for a line of more than 256 million characters; what the source throws
 */
export async function* splitLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string[], void, undefined> {
  const decoder = new StringDecoder('utf8');
  /** The beginning of the next line. */
  let parts: string[] = [];
  let length = 0;
  let isFirst = true;
  const lineOf = (end: string): string => {
    const line = parts.length === 0 ? end : parts.join('') + end;
    const start = isFirst && line.startsWith('\uFEFF') ? 1 : 0;
    isFirst = false;
    return line.slice(start, line.endsWith('\r') ? -1 : undefined);
  };
  for await (const bytes of source) {
    const pieces = decoder.write(bytes as Buffer).split('\n');
    const rest = pieces.pop() as string;
    const lines: string[] = [];
    for (const piece of pieces) {
      lines.push(lineOf(piece));
      parts = [];
      length = 0;
    }
    parts.push(rest);
    length += rest.length;
    if (length > longestLine) {
      throw new RangeError(`it has a line of more than ${longestLine} characters`);
    }
    if (lines.length > 0) {
      yield lines;
    }
  }
  const last = lineOf(decoder.end());
  if (last !== '') {
    yield [last];
  }
}
