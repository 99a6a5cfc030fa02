import type { ErrorCode, ErrorDetails } from '../base/index.js';
import type { OverLong } from './over-long.js';

/** What the main thread and the tokenizer's thread say to each other. */

export interface TokenizerSettings {
  /** tokenizer.json */
  readonly path: string;
  readonly lowerCase: boolean;
  /** Longest input, special tokens included. */
  readonly maxTokens: number;
  readonly padTokenId: number;
}

export interface TokenizeMessage {
  /** Comes back with the answer: answers are given as they are ready. */
  readonly call: number;
  readonly texts: readonly string[];
  /** Stands before every text. */
  readonly prompt: string;
  readonly overLong: OverLong;
  /** Tokens that two windows of a text have in common (`chunk`). */
  readonly overlap: number;
  /** Threads that may tokenize at the same time. */
  readonly lanes: number;
}

/** A text without tokens. */
export interface TokenFailure {
  readonly index: number;
  readonly code: 'TEXT_INVALID' | 'TEXT_TOO_LONG';
  readonly details: ErrorDetails<'TEXT_INVALID'> | ErrorDetails<'TEXT_TOO_LONG'>;
}

export interface TokensMessage {
  /** Ids of the rows: one for each text, or several windows for an over-long one. */
  readonly ids: Int32Array;
  /** [rows + 1] */
  readonly offsets: Int32Array;
  /** [texts + 1] the rows of text i are `rowOffsets[i]` to before `rowOffsets[i + 1]`. */
  readonly rowOffsets: Int32Array;
  /** [texts] tokens of every text as it was given. */
  readonly lengths: Int32Array;
  /** In the order of the texts. Each has a padding token in its place. */
  readonly failures: readonly TokenFailure[];
}

export interface FailedMessage {
  readonly kind: 'failed';
  readonly error: { readonly code: ErrorCode; readonly details: ErrorDetails<ErrorCode> };
}

export type FromTokenizer =
  | { readonly kind: 'ready'; readonly tokensBehind: number }
  | FailedMessage
  | { readonly kind: 'answer'; readonly call: number; readonly answer: TokensMessage };
