import type { ErrorCode, ErrorDetails } from '../base/index.js';

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
  readonly texts: readonly string[];
  /** Stands before every text. */
  readonly prompt: string;
}

export interface TokensMessage {
  readonly kind: 'tokens';
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
  /** [texts] tokens of every text before it was shortened. */
  readonly lengths: Int32Array;
}

export type FromTokenizer =
  | { readonly kind: 'ready'; readonly tokensBehind: number }
  | TokensMessage
  | {
      readonly kind: 'failed';
      readonly error: { readonly code: ErrorCode; readonly details: ErrorDetails<ErrorCode> };
    };
