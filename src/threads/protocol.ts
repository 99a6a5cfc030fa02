import type { PlainError } from './plain-error.js';

/**
 * What can be asked of a worker: a function for each question, from what is asked to what is answered. The first of them
 * is `start`, with what the worker needs from the beginning.
 *
 * @example
 * interface Tokenizing {
 *   start(settings: TokenizerSettings): TokenizerFacts;
 *   tokenize(texts: readonly string[]): Int32Array;
 * }
 */
export type Protocol<Calls> = { readonly [Name in keyof Calls]: (question: never) => unknown } & {
  readonly start: (settings: never) => unknown;
};

export type Question<Calls extends Protocol<Calls>, Name extends keyof Calls> = Parameters<Calls[Name]>[0];
export type Answer<Calls extends Protocol<Calls>, Name extends keyof Calls> = ReturnType<Calls[Name]>;

/** Asks for an answer; its number comes back with the answer. */
export interface CallMessage {
  readonly call: number;
  readonly name: string;
  readonly question: unknown;
}

/** 'close' lets the worker end when what it has been asked is answered. */
export type ToWorker = CallMessage | 'close';

export interface FromWorker {
  readonly call: number;
  readonly answer?: unknown;
  /** Why there is no answer. */
  readonly error?: PlainError;
}
