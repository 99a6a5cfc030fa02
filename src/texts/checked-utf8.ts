import { isUtf8 } from 'node:buffer';

const lineFeed = 10;

/**
 * Decodes bytes of UTF-8, piece by piece.
 *
 * @param onBadLine told of each line that is not UTF-8, where U+FFFD then stands; without it such a line is an error
 * @throws RangeError that names the line
 */
export async function* checkedUtf8(
  source: AsyncIterable<Uint8Array>,
  onBadLine?: () => void,
): AsyncGenerator<string, void, undefined> {
  let rest: Uint8Array = new Uint8Array();
  let line = 1;
  let lastBad = 0;
  const textOf = (bytes: Buffer): string => {
    const isSound = isUtf8(bytes);
    for (let start = 0; ; line++) {
      const end = bytes.indexOf(lineFeed, start);
      if (!isSound && line !== lastBad && !isUtf8(bytes.subarray(start, end < 0 ? bytes.length : end))) {
        if (onBadLine === undefined) {
          throw new RangeError(`line ${line} ${notUtf8}`);
        }
        lastBad = line;
        onBadLine();
      }
      if (end < 0) {
        return bytes.toString('utf8');
      }
      start = end + 1;
    }
  };
  for await (const piece of source) {
    const bytes = Buffer.concat([rest, piece]);
    const end = wholeCharacters(bytes);
    rest = bytes.subarray(end);
    yield textOf(bytes.subarray(0, end));
  }
  if (rest.length > 0) {
    yield textOf(Buffer.from(rest));
  }
}

export const notUtf8 = 'is not UTF-8; convert the file, or read it with "lossy", which puts U+FFFD for what is not';

/** Counts the bytes up to the end of the last whole character. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= Math.max(0, bytes.length - 3); at--) {
    const byte = bytes[at];
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return bytes.length - at < needed ? at : bytes.length;
    }
    if (byte < 0x80) {
      break;
    }
  }
  return bytes.length;
}
