import type { EncodeOptions, Tokenizer } from 'tokenizers';
import { reasonOf } from '../base/index.js';
import { type Frame, truncated, windows } from './over-long.js';
import { packRows } from './pack-rows.js';
import { strip } from './strip.js';
import type { TextsToTokenize, TokenFailure, TokenizedPart, TokenizerSettings } from './tokenizer-protocol.js';

/** A tokenizer, and what it is used with. */
export interface LoadedTokenizer {
  readonly tokenizer: Tokenizer;
  /** The special tokens around a text. */
  readonly frame: Frame;
  readonly settings: TokenizerSettings;
}

/** Turns texts into the rows of ids that the model takes: one for each text, or several windows for an over-long one. */
export async function tokenizeTexts(
  loaded: LoadedTokenizer,
  { texts, prompt, overLong, truncationSide, overlap, lanes }: TextsToTokenize,
): Promise<TokenizedPart> {
  const { tokenizer, frame, settings } = loaded;
  const { maxTokens, padTokenId } = settings;
  const inputs = texts.map((text) => asGiven(prompt + text, settings));
  const encoded = await encodeAll(tokenizer, inputs, lanes);
  const rows: (readonly (readonly number[])[])[] = [];
  const lengths = new Int32Array(texts.length);
  const failures: TokenFailure[] = [];
  let promptIds: readonly number[] | undefined;
  for (const [index, result] of encoded.entries()) {
    if ('error' in result) {
      rows.push([[padTokenId]]);
      failures.push({ index, code: 'TEXT_INVALID', details: { index, why: reasonOf(result.error) } });
      continue;
    }
    const ids = result.ids.length > 0 ? result.ids : [padTokenId];
    lengths[index] = ids.length;
    if (ids.length <= maxTokens) {
      rows.push([ids]);
    } else if (overLong === 'truncate') {
      rows.push([truncated(ids, frame, maxTokens, truncationSide)]);
    } else if (overLong === 'error') {
      rows.push([[padTokenId]]);
      failures.push({ index, code: 'TEXT_TOO_LONG', details: { index, tokens: ids.length, maxTokens } });
    } else {
      promptIds ??= prompt === '' ? [] : (await tokenizer.encode(prompt, null, { addSpecialTokens: false })).getIds();
      rows.push(windows(ids, frame, promptIds, maxTokens, overlap));
    }
  }
  return { ...packRows(rows), lengths, failures };
}

/**
 * Does to a text what is done before the tokenizer sees it: sentence-transformers strips it, and lower-cases it where the
 * model says so.
 */
export function asGiven(text: string, { lowerCase }: Pick<TokenizerSettings, 'lowerCase'>): string {
  const stripped = strip(text);
  return lowerCase ? stripped.toLowerCase() : stripped;
}

/** Ids of a text, or why it has none. */
type Encoded = { readonly ids: number[] } | { readonly error: unknown };

/**
 * Tokenizes texts in as many threads as there are lanes. Each gets all of its texts at once: the way to another thread
 * and back takes longer than a short text.
 */
export async function encodeAll(
  tokenizer: Tokenizer,
  inputs: readonly string[],
  lanes: number,
  options?: EncodeOptions,
): Promise<Encoded[]> {
  const size = Math.ceil(inputs.length / lanes);
  const parts = Array.from({ length: lanes }, (_, i) => inputs.slice(i * size, (i + 1) * size));
  const encoded = parts.filter(({ length }) => length > 0).map((part) => encodePart(tokenizer, part, options));
  return (await Promise.all(encoded)).flat();
}

/** What goes wrong with one text goes wrong with all: then they are tokenized one by one. */
async function encodePart(tokenizer: Tokenizer, inputs: string[], options?: EncodeOptions): Promise<Encoded[]> {
  try {
    return (await tokenizer.encodeBatch(inputs, options)).map((encoding) => ({ ids: encoding.getIds() }));
  } catch {
    const each = inputs.map((input) =>
      tokenizer.encode(input, null, options).then(
        (encoding) => ({ ids: encoding.getIds() }),
        (error: unknown) => ({ error }),
      ),
    );
    return Promise.all(each);
  }
}
