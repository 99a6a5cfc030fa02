import { readFile } from 'node:fs/promises';
import { unknownTokenId } from '../../base/index.js';
import type { StaticReading } from '../../model/index.js';
import { WordPieces } from './word-pieces.js';

/** How texts are read for a static model, which has no special tokens around them. */
export interface BareTexts {
  /** Reads most texts faster than the library; undefined where every text needs the library. */
  readonly pieces: WordPieces | undefined;
  /** Returns the part of a text that is tokenized. */
  shortened(text: string): string;
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
  if (reading !== 'model2vec') {
    return { pieces, shortened: (text) => text, counted: (ids) => ids };
  }
  const unknown = unknownTokenId(json);
  let tokenLength: number | undefined;
  return {
    pieces,
    shortened: (text) => {
      if (text.length <= maxTokens) {
        return text;
      }
      // Most models that are loaded for a short text never need it.
      tokenLength ??= medianLength(tokensOf(json as Vocabulary));
      return firstCharacters(text, maxTokens * tokenLength);
    },
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
  if (text.length <= count) {
    return text;
  }
  let units = 0;
  for (let i = 0; i < count && units < text.length; i++) {
    units += (text.codePointAt(units) as number) > 0xffff ? 2 : 1;
  }
  return text.slice(0, units);
}
