import type { TaskOptions } from '../base/index.js';
import type { Evidence, GatePresetName } from '../evaluate/index.js';
import type { OnnxModel } from '../onnx/index.js';
import type { CalibrationTexts, Selection } from '../quantize/index.js';
import type { AutoGoal } from './auto/goal.js';
import type { SensitivityReport } from './auto/sensitivity-report.js';
import type { MethodForms } from './method-forms.js';
import type { Original } from './original.js';

/** What methods are given besides the model. */
export interface MethodContext {
  /** undefined: calibration is not wanted. */
  readonly calibration?: CalibrationTexts;
  readonly selection: Selection;
  readonly forms: MethodForms;
  readonly task: TaskOptions;
  /** For methods that try what they make. */
  readonly trial: TrialContext;
}

export interface TrialContext {
  readonly original: Original;
  /** Where the variant is going to stand. */
  readonly target: string;
  /** Texts to try with: those of the calibration, all that there are. None if calibration is not wanted. */
  readonly texts: readonly string[];
  readonly goal: AutoGoal;
  readonly threads?: number;
}

/** What a method made of a model. */
export interface MethodResult {
  readonly model: OnnxModel;
  /** What goes into the recipe. */
  readonly options: Readonly<Record<string, unknown>>;
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
  readonly apply: (model: OnnxModel, context: MethodContext) => Promise<MethodResult>;
}
