import type { Tokenizer } from 'tokenizers';
import type { TruncationSide } from '../over-long.js';

/** Some tokens, and which text of a pair the model is told that each belongs to: 0 or 1. */
export interface TypedTokens {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

/** Special tokens that a tokenizer puts around the two texts of a pair, and the types that those have. */
export interface PairFrame {
  readonly before: TypedTokens;
  readonly between: TypedTokens;
  readonly behind: TypedTokens;
  readonly queryType: number;
  readonly textType: number;
}

/** Finds out how a tokenizer frames pairs from one pair of words; undefined if it makes nothing of them. */
export async function pairFrameOf(tokenizer: Tokenizer): Promise<PairFrame | undefined> {
  const encoding = await tokenizer.encode('a', 'b');
  const [ids, types, places] = [encoding.getIds(), encoding.getTypeIds(), encoding.getSequenceIds()];
  const [query, text] = [0, 1].map((sequence) => [places.indexOf(sequence), places.lastIndexOf(sequence) + 1]);
  if (query[0] < 0 || text[0] < query[1]) {
    return undefined;
  }
  const part = (start: number, end?: number) => ({ ids: ids.slice(start, end), types: types.slice(start, end) });
  return {
    before: part(0, query[0]),
    between: part(query[1], text[0]),
    behind: part(text[1]),
    queryType: types[query[0]],
    textType: types[text[0]],
  };
}

/** Counts the tokens that a pair has besides those of its text. */
export function framedLength({ before, between, behind }: PairFrame, query: readonly number[]): number {
  return before.ids.length + query.length + between.ids.length + behind.ids.length;
}

/** Puts a query and a text into one row. A text that is too long loses one end; the query is never cut. */
export function pairRow(
  frame: PairFrame,
  query: readonly number[],
  text: readonly number[],
  maxTokens: number,
  side: TruncationSide,
): TypedTokens {
  const room = maxTokens - framedLength(frame, query);
  const kept = side === 'right' ? text.slice(0, room) : text.slice(Math.max(0, text.length - room));
  const { before, between, behind, queryType, textType } = frame;
  return {
    ids: [...before.ids, ...query, ...between.ids, ...kept, ...behind.ids],
    types: [
      ...before.types,
      ...query.map(() => queryType),
      ...between.types,
      ...kept.map(() => textType),
      ...behind.types,
    ],
  };
}
