import type { TaskOptions } from '../base/index.js';
import type { Evidence, GatePresetName, OriginalIdentity } from '../evaluate/index.js';
import type { ModelFiles } from '../model/index.js';
import type { OnnxModel } from '../onnx/index.js';
import type { CalibrationTexts, Selection } from '../quantize/index.js';
import type { AutoGoal } from './auto/goal.js';
import type { SensitivityReport } from './auto/sensitivity-report.js';
import type { MethodForms } from './method-forms.js';

/** SHA-256 of the texts of the calibration, and of those that a search measures with. */
export interface CalibrationHashes {
  readonly calibration: string;
  readonly search: string;
}

/** What is asked of a method. It stands in the recipe, and what was asked otherwise is not up to date. */
export interface MethodWishes {
  readonly selection: Selection;
  readonly forms: Required<MethodForms>;
  /** Were the graph passes run before? */
  readonly optimize: boolean;
  readonly goal: AutoGoal;
  /** SHA-256 of the texts; undefined where calibration is not wanted. */
  readonly hashes?: CalibrationHashes;
}

/** What methods are given besides the model. */
export interface MethodContext {
  /** undefined: calibration is not wanted. */
  readonly calibration?: CalibrationTexts;
  readonly selection: Selection;
  readonly forms: Required<MethodForms>;
  readonly task: TaskOptions;
  /** For methods that try what they make. */
  readonly trial: TrialContext;
}

/** Texts that a search measures with, as token ids. */
export type SearchTexts = Pick<CalibrationTexts, 'tokens' | 'hash'>;

export interface TrialContext {
  /** What the variant is made of: everything around its ONNX file, and what that is recognised by. */
  readonly original: { readonly files: ModelFiles; readonly identity: OriginalIdentity };
  /** Where the variant is going to stand. */
  readonly target: string;
  /** Texts to try with; undefined where calibration is not wanted. */
  readonly texts?: SearchTexts;
  readonly goal: AutoGoal;
  readonly threads?: number;
}

/** What a method made of a model. */
export interface MethodResult {
  readonly model: OnnxModel;
  /** What the method chose by itself, for the recipe. */
  readonly chosen?: Readonly<Record<string, unknown>>;
  /** What the user should know: "3 values beyond the range of half precision were clamped". */
  readonly notes: readonly string[];
  /** What a search saw. */
  readonly sensitivity?: SensitivityReport;
  /** A more careful result after the proof refused this one; undefined where there is none. */
  readonly improve?: (refused: Evidence) => Promise<MethodResult | undefined>;
}

/** A way to make a variant. */
export interface Method {
  /** Suffix of the file's name: model_<variant>.onnx. */
  readonly variant: string;
  /** What its weights are kept in, for people. */
  readonly precision: string;
  readonly gate: GatePresetName;
  /** What of the wishes counts for the method, for the recipe: always the same keys. */
  readonly asked: (wishes: MethodWishes) => Readonly<Record<string, unknown>>;
  readonly apply: (model: OnnxModel, context: MethodContext) => Promise<MethodResult>;
}
