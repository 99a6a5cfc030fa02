import {
  checkBound,
  checkCallback,
  checkChoice,
  checkCount,
  checkFlag,
  checkLocation,
  checkTaskOptions,
  checkText,
  type Location,
  listOf,
  type OptionChecks,
  oneOf,
  type TaskOptions,
} from '../base/index.js';
import { type EngineChoice, engineChoices } from '../engine/index.js';
import { type ModelOverrides, modelOverrideChecks } from '../model/index.js';

/** What rows of a table are kept in. INT8 rows have a scale each. */
export const tablePrecisions = ['fp32', 'fp16', 'int8'] as const;
/** Number types that a static model's table can have. */
export type TablePrecision = (typeof tablePrecisions)[number];

/** How `distill` makes a static model of a teacher. */
export interface DistillOptions extends Omit<ModelOverrides, 'output'>, TaskOptions {
  /** The folder that the static model is written to. It must be empty, or not be there yet. */
  readonly output: Location;
  /**
   * Texts to tune the model on, best of the kind that it is meant for. `embedded`, the default: octavec's own, example sentences of
   * WordNet. `none`: it is distilled from the vocabulary alone, as model2vec does.
   */
  readonly texts?: 'embedded' | 'none' | readonly string[];
  /** Before texts of one's own, tune on octavec's English ones; `true` by default. They teach what one's own do not say. */
  readonly embeddedFirst?: boolean;
  /** Length of the vectors, 256 by default. */
  readonly dimensions?: number;
  /** Words and phrases that get vectors of their own, besides the teacher's vocabulary. */
  readonly words?: readonly string[];
  /** `fp16` by default; with `size`, the highest that fits. */
  readonly precision?: TablePrecision;
  /** Bytes that the table may take at most. It is kept in fewer bits first, and then gets fewer dimensions. */
  readonly size?: number;
  /** Runs the teacher over the texts; the native engine where it knows the model, by default. */
  readonly engine?: EngineChoice;
  /** The teacher's variant: the one of highest precision by default. */
  readonly variant?: string;
  /** Threads for the teacher and for tuning; as many as the machine grants by default. */
  readonly threads?: number;
  /** Told what the user should know. */
  readonly onNote?: (note: string) => void;
}

export const distillOptionChecks: OptionChecks<DistillOptions> = {
  ...checkTaskOptions,
  ...modelOverrideChecks,
  output: checkLocation,
  texts: (name, value) =>
    typeof value === 'string' ? checkChoice(name, value, ['embedded', 'none']) : listOf(checkText)(name, value),
  embeddedFirst: checkFlag,
  dimensions: checkCount,
  words: listOf(checkText),
  precision: oneOf(tablePrecisions),
  size: checkBound,
  engine: oneOf(engineChoices),
  variant: checkText,
  threads: checkCount,
  onNote: checkCallback,
};
