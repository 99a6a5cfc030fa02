import type { EncodeOptions, Tokenizer } from 'tokenizers';
import { reasonOf } from '../base/index.js';
import type { BareTexts } from './bare-texts/bare-texts.js';
import { type Frame, truncated, windows } from './over-long.js';
import { packRows } from './pack-rows.js';
import { strip } from './strip.js';
import type { TextsToTokenize, TokenFailure, TokenizedPart, TokenizerSettings } from './tokenizer-protocol.js';

/** A tokenizer, and what it is used with. */
export interface LoadedTokenizer {
  /** The tokenizer of the library. */
  readonly library: () => Promise<Tokenizer>;
  /** The special tokens around a text. */
  readonly frame: Frame;
  readonly settings: TokenizerSettings;
  /** How a static model reads texts. */
  readonly bare?: BareTexts;
}

/** Turns texts into the rows of ids that the model takes: one for each text, or several windows for an over-long one. */
export async function tokenizeTexts(
  loaded: LoadedTokenizer,
  { texts, prompt, overLong, truncationSide, overlap, lanes }: TextsToTokenize,
): Promise<TokenizedPart> {
  const { library, frame, settings, bare } = loaded;
  const { maxTokens, padTokenId } = settings;
  const given = texts.map((text) => (bare === undefined ? asGiven(prompt + text, settings) : prompt + text));
  const inputs = overLong === 'truncate' && bare !== undefined ? given.map(bare.shortened) : given;
  const encoded =
    bare === undefined
      ? await encodeAll(await library(), inputs, lanes)
      : await encodeBare(bare, library, inputs, lanes);
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
    const ids = result.ids.length > 0 || bare !== undefined ? result.ids : [padTokenId];
    // What was cut off already has tokens, too.
    lengths[index] = inputs[index].length < given[index].length ? maxTokens + 1 : ids.length;
    if (ids.length <= maxTokens) {
      rows.push([ids]);
    } else if (overLong === 'truncate') {
      rows.push([truncated(ids, frame, maxTokens, truncationSide)]);
    } else if (overLong === 'error') {
      rows.push([[padTokenId]]);
      failures.push({ index, code: 'TEXT_TOO_LONG', details: { index, tokens: ids.length, maxTokens } });
    } else {
      promptIds ??= prompt === '' ? [] : await plainIds(await library(), prompt);
      rows.push(windows(ids, frame, promptIds, maxTokens, overlap));
    }
  }
  const counted = bare === undefined ? rows : rows.map((ofText) => ofText.map(bare.counted));
  return { ...packRows(counted), lengths, failures };
}

async function plainIds(tokenizer: Tokenizer, text: string): Promise<readonly number[]> {
  return (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds();
}

/** Tokenizes the texts of a static model: with its own reader where possible, the rest with the library. */
async function encodeBare(
  bare: BareTexts,
  library: LoadedTokenizer['library'],
  inputs: readonly string[],
  lanes: number,
): Promise<Encoded[]> {
  const known = inputs.map((input) => bare.pieces?.idsOf(input));
  const left = inputs.filter((_, i) => known[i] === undefined);
  const encoded = left.length > 0 ? await encodeAll(await library(), left, lanes, { addSpecialTokens: false }) : [];
  const others = encoded.values();
  return known.map((ids) => (ids === undefined ? (others.next().value as Encoded) : { ids }));
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

/** Tokenizes texts together. If one fails, the whole call does; then they are tokenized one by one. */
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
