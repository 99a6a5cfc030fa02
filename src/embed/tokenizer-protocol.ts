import type { ErrorDetails } from '../base/index.js';
import type { StaticReading } from '../model/index.js';
import type { Frame, OverLong, TruncationSide } from './over-long.js';

/** What is asked of the tokenizer's thread. */
export interface Tokenizing {
  start(settings: TokenizerSettings): TokenizerFacts;
  tokenize(question: TextsToTokenize): TokenizedPart;
  /** Returns what becomes of the characters of a text, for those who read short texts without the library. */
  characters(text: string): readonly CharacterFact[];
  /** Returns the tokens of texts as people read them; TEXT_INVALID says which text has none. */
  spell(question: TextsToSpell): readonly SpelledText[];
  /** Returns the texts that token ids stand for; TEXT_INVALID says which ids stand for none. */
  decode(question: IdsToDecode): readonly string[];
}

export interface TokenizerSettings {
  /** tokenizer.json */
  readonly path: string;
  /** Whether texts are lower-cased before the tokenizer gets them. */
  readonly lowerCase: boolean;
  /** Whether the tokenizer itself is to lower-case; undefined to leave it as it is. */
  readonly tokenizerLowerCase?: boolean;
  /** Longest input, special tokens included. */
  readonly maxTokens: number;
  /** Id of the padding token. */
  readonly padTokenId: number;
  /** How a static model reads texts. */
  readonly staticReading?: StaticReading;
}

export interface TokenizerFacts {
  /** The special tokens around every text; undefined if they cannot be told from the text. */
  readonly frame?: Frame;
  /** Whether short texts can be read without the library: the samples are read alike. */
  readonly readsShortTexts: boolean;
}

export interface TextsToTokenize {
  readonly texts: readonly string[];
  /** Stands before every text. */
  readonly prompt: string;
  /** What every text is paired with, as its first part. */
  readonly query?: string;
  readonly overLong: OverLong;
  readonly truncationSide: TruncationSide;
  /** Tokens that two windows of a text have in common (`chunk`). */
  readonly overlap: number;
  /** Threads that may tokenize at the same time. */
  readonly lanes: number;
}

/** What the library makes of one character. */
export interface CharacterFact {
  /** Its code point. */
  readonly code: number;
  /** One of `characterKinds` in `bare-texts/characters.ts`. */
  readonly kind: number;
  /** What is looked up in its place. */
  readonly replacement: string;
}

export interface TextsToSpell {
  readonly texts: readonly string[];
  readonly prompt: string;
  readonly addSpecialTokens: boolean;
}

export interface IdsToDecode {
  readonly ids: readonly (readonly number[])[];
  readonly skipSpecialTokens: boolean;
}

/** A token as people read it. */
export interface Token {
  readonly id: number;
  /** As the vocabulary has it: "##ing", "▁the". */
  readonly token: string;
  /** Put around the text by the tokenizer, or a control token. */
  readonly special: boolean;
  /** Where it stands in the text, in UTF-16 units, as `String.slice` takes them. */
  readonly start: number;
  readonly end: number;
}

/** A text as the tokenizer got it, and its tokens. */
export interface SpelledText {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** A text without tokens. */
export interface TokenFailure {
  readonly index: number;
  readonly code: 'TEXT_INVALID' | 'TEXT_TOO_LONG' | 'QUERY_TOO_LONG';
  readonly details: ErrorDetails<'TEXT_INVALID' | 'TEXT_TOO_LONG' | 'QUERY_TOO_LONG'>;
}

export interface TokenizedPart {
  /** Ids of the rows: one for each text, or several windows for an over-long one. */
  readonly ids: Int32Array;
  /** [rows + 1] */
  readonly offsets: Int32Array;
  /** [texts + 1] the rows of text i are `rowOffsets[i]` to before `rowOffsets[i + 1]`. */
  readonly rowOffsets: Int32Array;
  /** [texts] tokens of every text as it was given; at least that many for one that was cut before it was tokenized. */
  readonly lengths: Int32Array;
  /** As in TokenBatch; of pairs only. */
  readonly types?: Int32Array;
  /** In the order of the texts. Each has a padding token in its place. */
  readonly failures: readonly TokenFailure[];
}
