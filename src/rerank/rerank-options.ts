import {
  checkBound,
  checkCallback,
  checkCount,
  checkFlag,
  checkTaskOptions,
  type OptionChecks,
  oneOf,
  type TaskOptions,
} from '../base/index.js';
import type { TruncationSide } from '../embed/index.js';
import { type EngineChoiceOptions, type EngineDescription, engineOptionChecks } from '../engine/index.js';
import { type OpenModelOptions, openModelOptionChecks } from '../model/index.js';
import { type ScoreActivation, scoreActivations } from './score-activation.js';

/** How a reranker's folder is opened: what concerns vectors is left out. */
type OpenRerankerOptions = Pick<
  OpenModelOptions,
  'tokenizer' | 'tokenizerConfig' | 'maxTokens' | 'output' | 'variant' | 'like'
>;

/** How a reranker is loaded and run. */
export interface RerankerOptions extends OpenRerankerOptions, EngineChoiceOptions {
  /** What the model's numbers go through, where a call asks for nothing else; by default what its configuration says. */
  readonly activation?: ScoreActivation;
  /** Pairs that are being scored or wait for it, of all callers together; 100,000 by default. */
  readonly maxWaitingTexts?: number;
  /** Bytes of these texts, as they lie in memory; 512 MB by default. */
  readonly maxWaitingBytes?: number;
  /** Told once that the model was converted, if it was. */
  readonly onNote?: (note: string) => void;
  /** Told once what was decided and why. */
  readonly onReady?: (line: string, engine: EngineDescription) => void;
}

/** How `score` scores texts. */
export interface ScoreOptions extends TaskOptions {
  /** In place of the model's own. `identity` gives the model's numbers as they are. */
  readonly activation?: ScoreActivation;
  /** What happens to pairs that have more tokens than the model takes; `truncate` by default: the text loses its end. */
  readonly overLong?: 'truncate' | 'error';
  /** Which end of over-long texts is cut off; by default that which the tokenizer is set to. */
  readonly truncationSide?: TruncationSide;
  /** The same pairs give the same bits, whatever else is being scored: see `EmbedOptions.reproducible`. */
  readonly reproducible?: boolean;
}

/** How `rank` scores and orders texts. */
export interface RankOptions extends ScoreOptions {
  /** How many of the best texts are wanted; all by default. */
  readonly topN?: number;
}

const { tokenizer, tokenizerConfig, maxTokens, output, variant, like } = openModelOptionChecks;
export const openingChecks: OptionChecks<OpenRerankerOptions> = {
  ...{ tokenizer, tokenizerConfig, maxTokens, output, variant, like },
};

export const rerankerOptionChecks: OptionChecks<RerankerOptions> = {
  ...openingChecks,
  ...engineOptionChecks,
  activation: oneOf(scoreActivations),
  maxWaitingTexts: checkBound,
  maxWaitingBytes: checkBound,
  onReady: checkCallback,
  onNote: checkCallback,
};

export const scoreOptionChecks: OptionChecks<ScoreOptions> = {
  ...checkTaskOptions,
  activation: oneOf(scoreActivations),
  overLong: oneOf(['truncate', 'error']),
  truncationSide: oneOf(['left', 'right']),
  reproducible: checkFlag,
};

export const rankOptionChecks: OptionChecks<RankOptions> = { ...scoreOptionChecks, topN: checkCount };
