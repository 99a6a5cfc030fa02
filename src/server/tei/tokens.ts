import type { z } from 'zod';
import type { Embedder, TokenOptions } from '../../embed/index.js';
import type { tokenizeResponse } from './schemas.js';

/**
 * Returns tokens as TEI gives them: special ones have no place in the text, and places are counted in bytes of UTF-8.
 */
export async function teiTokens(
  embedder: Embedder,
  texts: readonly string[],
  options: TokenOptions,
): Promise<z.output<typeof tokenizeResponse>> {
  const tokens = await embedder.tokens(texts, options);
  return tokens.map(({ text, tokens: list }) => {
    const bytesBefore = byteOffsets(text);
    return list.map(({ id, token, special, start, end }) =>
      special
        ? { id, text: token, special, start: null, stop: null }
        : { id, text: text.slice(start, end), special, start: bytesBefore[start], stop: bytesBefore[end] },
    );
  });
}

/** Counts the bytes of UTF-8 before each UTF-16 unit: [length + 1]. */
function byteOffsets(text: string): Uint32Array {
  const offsets = new Uint32Array(text.length + 1);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Both halves of a surrogate pair count two bytes.
    const isHalf = unit >= 0xd800 && unit < 0xe000;
    offsets[i + 1] = offsets[i] + (unit < 0x80 ? 1 : unit < 0x800 || isHalf ? 2 : 3);
  }
  return offsets;
}
