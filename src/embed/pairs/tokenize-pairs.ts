import { reasonOf } from '../../base/index.js';
import { packRows } from '../pack-rows.js';
import { asGiven, encodeAll, type LoadedTokenizer } from '../tokenize-texts.js';
import type { TextsToTokenize, TokenFailure, TokenizedPart } from '../tokenizer-protocol.js';
import { framedLength, pairFrameOf, pairRow, type TypedTokens } from './pair-frame.js';

/** What stands for a pair that cannot be read. */
const nothing: TypedTokens = { ids: [0], types: [0] };

/** Turns pairs of one query and each of several texts into the rows of ids that the model takes, with their types. */
export async function tokenizePairs(
  { library, settings }: LoadedTokenizer,
  query: string,
  { texts, prompt, overLong, truncationSide, lanes }: TextsToTokenize,
): Promise<TokenizedPart> {
  const { maxTokens } = settings;
  const tokenizer = await library();
  const inputs = [query, ...texts.map((text) => prompt + text)].map((text) => asGiven(text, settings));
  const [frame, [first, ...encoded]] = await Promise.all([
    pairFrameOf(tokenizer),
    encodeAll(tokenizer, inputs, lanes, { addSpecialTokens: false }),
  ]);
  const rows: TypedTokens[] = [];
  const lengths = new Int32Array(texts.length);
  const failures: TokenFailure[] = [];
  const fail = (failure: TokenFailure) => {
    rows.push(nothing);
    failures.push(failure);
  };
  for (const [index, second] of encoded.entries()) {
    if (frame === undefined || 'error' in first || 'error' in second) {
      const error = [first, second].flatMap((part) => ('error' in part ? [part.error] : []))[0];
      const why = error === undefined ? 'its tokenizer does not read pairs of texts' : reasonOf(error);
      fail({ index, code: 'TEXT_INVALID', details: { index, why } });
      continue;
    }
    const framed = framedLength(frame, first.ids);
    const tokens = framed + second.ids.length;
    lengths[index] = tokens;
    if (framed >= maxTokens) {
      fail({ index, code: 'QUERY_TOO_LONG', details: { tokens: first.ids.length, maxTokens } });
    } else if (tokens > maxTokens && overLong === 'error') {
      fail({ index, code: 'TEXT_TOO_LONG', details: { index, tokens, maxTokens } });
    } else {
      rows.push(pairRow(frame, first.ids, second.ids, maxTokens, truncationSide));
    }
  }
  const types = packRows(rows.map((row) => [row.types])).ids;
  return { ...packRows(rows.map((row) => [row.ids])), types, lengths, failures };
}
