import {
  checkBound,
  checkCallback,
  checkCount,
  checkFlag,
  checkSignal,
  checkTaskOptions,
  checkText,
  type OptionChecks,
  oneOf,
  type TaskOptions,
} from '../base/index.js';
import { type EngineChoiceOptions, type EngineDescription, engineOptionChecks } from '../engine/index.js';
import { type OpenModelOptions, openModelOptionChecks } from '../model/index.js';
import type { AdmissionLimits } from './admission.js';
import { type OverLong, overLongPolicies, type TruncationSide, truncationSides } from './over-long.js';

/** How an embedder is loaded and run. */
export interface EmbedderOptions extends Omit<OpenModelOptions, 'task'>, EngineChoiceOptions, AdmissionLimits {
  /** Length of vectors where a call asks for none, for models that may be cut (Matryoshka). */
  readonly dimensions?: number;
  /** Told once what was decided and why: "INT8 embedder ready: 2 threads × 4 workers (8 physical cores, …)". */
  readonly onReady?: (line: string, engine: EngineDescription) => void;
  /** Told what was assumed because the model does not say it. */
  readonly onNote?: (note: string) => void;
}

/** What is put before every text. */
export interface PromptOptions {
  /** Text that is put before every text. */
  readonly prompt?: string;
  /** Name of one of the model's prompts ("query"). Without either the model's default prompt is used, if it has one. */
  readonly promptName?: string;
}

/**
 * What happens to a text that cannot be embedded: because it is no text, is too long (`overLong: 'error'`), or because
 * the model gives NaN or infinity for it. `fail`: the call fails. `skip`: the others are embedded, and `failures` of the
 * result says which were not, and why.
 */
export const onTextErrorChoices = ['fail', 'skip'] as const;
/** What happens when a text cannot be embedded: `fail` ends the call, `skip` leaves the text without a vector. */
export type OnTextError = (typeof onTextErrorChoices)[number];

/** How texts become tokens. */
export interface TextOptions extends PromptOptions {
  /** What happens when a text cannot be embedded; `fail` by default. */
  readonly onError?: OnTextError;
  /** What happens to texts that have more tokens than the model takes; `truncate` by default. */
  readonly overLong?: OverLong;
  /** Which end of an over-long text is cut off (`truncate`), a prompt included; by default as the tokenizer's files say. */
  readonly truncationSide?: TruncationSide;
  /**
   * Tokens that two windows of an over-long text have in common (`chunk`), at most half of what a window has room for; an
   * eighth of the model's longest input by default.
   */
  readonly overlap?: number;
  /** Cancels the call, which then throws CANCELLED. */
  readonly signal?: AbortSignal;
}

/** What becomes of vectors before they are returned. */
export interface VectorOptions extends TextOptions {
  /** Length of the vectors, for models that may be cut (Matryoshka). All dimensions by default. */
  readonly dimensions?: number;
  /**
   * The same texts give the same bits, whatever else is being embedded: they are batched with no other caller's. Where
   * neighbours count (dynamic INT8) that is more than the last digits. A stream is cut by counts only, however slowly
   * its texts arrive.
   */
  readonly reproducible?: boolean;
}

/** How a call embeds its texts. */
export interface EmbedOptions extends VectorOptions, TaskOptions {
  /** Told when the texts are tokenized and the model begins; for many texts once for each part of them. */
  readonly onTokenized?: () => void;
}

/** How texts are cut into tokens for people to read. */
export interface TokenOptions extends PromptOptions {
  /** With the special tokens that the model sees around a text; true by default. */
  readonly addSpecialTokens?: boolean;
  /** Cancels the call, which then throws CANCELLED. */
  readonly signal?: AbortSignal;
}

export interface DecodeOptions {
  /** Leave special tokens out of the texts; true by default. */
  readonly skipSpecialTokens?: boolean;
  /** Cancels the call, which then throws CANCELLED. */
  readonly signal?: AbortSignal;
}

const { task: _, ...openingChecks } = openModelOptionChecks;

export const embedderOptionChecks: OptionChecks<EmbedderOptions> = {
  ...openingChecks,
  ...engineOptionChecks,
  maxWaitingTexts: checkBound,
  maxWaitingBytes: checkBound,
  dimensions: checkCount,
  onReady: checkCallback,
  onNote: checkCallback,
};

export const textOptionChecks: OptionChecks<TextOptions> = {
  prompt: checkText,
  promptName: checkText,
  onError: oneOf(onTextErrorChoices),
  overLong: oneOf(overLongPolicies),
  truncationSide: oneOf(truncationSides),
  // Whether a model has so many is found out when they are used.
  overlap: checkBound,
  signal: checkSignal,
};

export const embedOptionChecks: OptionChecks<EmbedOptions> = {
  ...textOptionChecks,
  ...checkTaskOptions,
  dimensions: checkCount,
  reproducible: checkFlag,
  onTokenized: checkCallback,
};

export const tokenOptionChecks: OptionChecks<TokenOptions> = {
  prompt: checkText,
  promptName: checkText,
  addSpecialTokens: checkFlag,
  signal: checkSignal,
};

export const decodeOptionChecks: OptionChecks<DecodeOptions> = { skipSpecialTokens: checkFlag, signal: checkSignal };
