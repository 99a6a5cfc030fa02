import { readFile } from 'node:fs/promises';
import type { Tokenizer } from 'tokenizers';
import { unknownTokenId } from '../../base/index.js';
import type { StaticReading } from '../../model/index.js';
import { WordPieces } from './word-pieces.js';

/** How texts are read for a static model, which has no special tokens around them. */
export interface BareTexts {
  /** Whether every text needs the library. */
  readonly needsLibrary: boolean;
  learnFrom(tokenizer: Tokenizer): void;
  /** Returns the part of a text that is tokenized. */
  shortened(text: string): string;
  /** Returns the ids of a text, if they can be told faster than by the library. */
  idsOf(text: string): number[] | undefined;
  /** Returns the ids of a row that count. */
  counted(ids: readonly number[]): readonly number[];
}

/** What tokenizer.json says of its tokens. */
interface Vocabulary {
  readonly added_tokens?: readonly { readonly content: string }[];
  readonly model?: { readonly vocab?: Readonly<Record<string, number>> | readonly (readonly [string, number])[] };
}

/**
 * Makes a reader for the texts of a static model. model2vec cuts texts before it tokenizes them, to as many characters
 * as `maxTokens` tokens of median length have, and leaves unknown tokens out. sentence-transformers does neither.
 */
export async function readBareTexts(path: string, reading: StaticReading, maxTokens: number): Promise<BareTexts> {
  const json: unknown = JSON.parse(await readFile(path, 'utf8'));
  const pieces = WordPieces.of(json);
  const reader = {
    needsLibrary: pieces === undefined,
    learnFrom: (tokenizer: Tokenizer) => pieces?.learnFrom(tokenizer),
    idsOf: (text: string) => pieces?.idsOf(text),
  };
  if (reading !== 'model2vec') {
    return { ...reader, shortened: (text) => text, counted: (ids) => ids };
  }
  const unknown = unknownTokenId(json);
  const most = maxTokens * medianLength(tokensOf(json as Vocabulary));
  return {
    ...reader,
    shortened: (text) => (text.length > most ? firstCharacters(text, most) : text),
    counted: (ids) => (unknown !== undefined && ids.includes(unknown) ? ids.filter((id) => id !== unknown) : ids),
  };
}

function tokensOf({ model, added_tokens: added = [] }: Vocabulary): string[] {
  const vocabulary = model?.vocab ?? {};
  const own = Array.isArray(vocabulary)
    ? vocabulary.map(([token]: [string, number]) => token)
    : Object.keys(vocabulary);
  return [...new Set([...own, ...added.map(({ content }) => content)])];
}

/** Returns the median length of tokens in characters, rounded down. */
function medianLength(tokens: readonly string[]): number {
  const lengths = tokens.map((token) => [...token].length).sort((a, b) => a - b);
  const middle = lengths.length >> 1;
  return lengths.length % 2 === 1 ? lengths[middle] : Math.floor((lengths[middle - 1] + lengths[middle]) / 2);
}

/** Returns the first characters of a text, counted as Python counts them, not in UTF-16 units. */
function firstCharacters(text: string, count: number): string {
  let units = 0;
  for (let i = 0; i < count && units < text.length; i++) {
    units += (text.codePointAt(units) as number) > 0xffff ? 2 : 1;
  }
  return text.slice(0, units);
}
