/** So far a page says how it is encoded. */
const headBytes = 2048;

/**
 * Decodes a text: UTF-8, or UTF-16 with a byte order mark, which is left out.
 *
 * @throws Error for what is neither
 */
export function decodeText(content: Buffer): string {
  return decoded(content, encodingByMark(content) ?? 'utf-8');
}

/**
 * Decodes a page of HTML as its byte order mark or its `meta` element says, else as UTF-8.
 *
 * @throws Error for what it is not
 */
export function decodeHtml(content: Buffer): string {
  const head = content.subarray(0, headBytes).toString('latin1');
  const [, declared] = /<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w:-]+)/i.exec(head) ?? [];
  const encoding = encodingByMark(content) ?? declared ?? 'utf-8';
  // What stands here in ASCII is not UTF-16, whatever it says: as browsers have it.
  return decoded(content, /^utf-?16/i.test(encoding) && encoding === declared ? 'utf-8' : encoding);
}

function encodingByMark(content: Buffer): string | undefined {
  const mark = content.subarray(0, 2).toString('hex');
  return mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : undefined;
}

function decoded(content: Buffer, encoding: string): string {
  if (!encoding.startsWith('utf-16') && content.includes(0)) {
    throw new Error('it is not text (it holds zero bytes)');
  }
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch (error) {
    const why =
      error instanceof RangeError ? `its encoding "${encoding}" is not known` : `it is not ${encoding.toUpperCase()}`;
    throw new Error(why, { cause: error });
  }
}
