import type { z } from 'zod';
import type { TaskOptions } from '../base/index.js';
import type { CalibrationTexts } from '../calibration/index.js';
import type { Evidence, Gate, GateChoice, GatePresetName, OriginalIdentity } from '../evaluate/index.js';
import type { ModelFiles } from '../model/index.js';
import type { OnnxModel } from '../onnx/index.js';
import type { Selection } from '../quantize/index.js';
import type { SensitivityReport } from './auto/sensitivity-report.js';

/** SHA-256 of the texts of the calibration, and of those that a search measures with. */
export interface CalibrationHashes {
  readonly calibration: string;
  readonly search: string;
}

/** What is asked for besides the methods, of all variants alike. It decides, too, whether a variant is up to date. */
export interface MethodWishes {
  readonly selection: Selection;
  /** Were the graph passes run before? */
  readonly optimize: boolean;
  /** What variants are judged by in place of their method's own gate. */
  readonly gates: GateChoice;
  /** SHA-256 of the texts; undefined where calibration is not wanted. */
  readonly hashes?: CalibrationHashes;
}

/** What methods are given besides the model and their options. */
export interface MethodContext {
  /** undefined: calibration is not wanted. */
  readonly calibration?: CalibrationTexts;
  readonly selection: Selection;
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
  /** What the variant is going to be judged by. */
  readonly gate: Gate;
  readonly threads?: number;
}

/** What a method made of a model. */
export interface MethodResult {
  readonly model: OnnxModel;
  /** What the method chose by itself, for the recipe. */
  readonly chosen?: Readonly<Record<string, unknown>>;
  /** What the user should know: "3 values beyond the range of half precision were clamped". */
  readonly notes?: readonly string[];
  /** What a search saw. */
  readonly sensitivity?: SensitivityReport;
  /** A more careful result after the proof refused this one; undefined where there is none. */
  readonly improve?: (refused: Evidence) => Promise<MethodResult | undefined>;
}

/** What is known of a method, whatever its options. */
export interface MethodFacts<Id extends string = string> {
  /** What `to` knows it by. */
  readonly id: Id;
  /** Suffix of the file's name: model_<variant>.onnx. */
  readonly variant: string;
  /** What its weights are kept in, for people. */
  readonly precision: string;
  /** The gate of its precision. */
  readonly gate: GatePresetName;
  /** It takes every weight of the main graph; others take those of linear layers and embedding tables. */
  readonly takesAllWeights?: boolean;
  /** Calibration texts that it needs at least; 0 where it can do without. */
  readonly fewestTexts: number;
}

/** Everything that a method is. */
export interface MethodDefinition<Id extends string, Shape extends z.ZodRawShape> extends MethodFacts<Id> {
  /**
   * Its own options. Each key is an option of the library, a flag of the command line and a key of the configuration,
   * and its description stands in the help: no capital, no full stop. A key that several methods have means the same.
   */
  readonly options: z.ZodObject<Shape>;
  /** What a variant is judged by, where that is not the gate of its precision. */
  readonly gateFor?: (options: z.output<z.ZodObject<Shape>>, asked: GateChoice) => Gate;
  /** What the recipe says in place of the options. Always the same keys. */
  readonly asked?: (options: z.output<z.ZodObject<Shape>>, wishes: MethodWishes) => Readonly<Record<string, unknown>>;
  /** @param source in FP32, with its constants folded */
  readonly apply: (
    source: OnnxModel,
    options: z.output<z.ZodObject<Shape>>,
    context: MethodContext,
  ) => Promise<MethodResult>;
}

/** A way to make a variant. Called with options, it gives the {@link MethodWithOptions} that `to` takes. */
export interface Method<Id extends string = string, Options = object> extends MethodFacts<Id> {
  /** @throws USAGE for an option that it does not know, or that is out of range */
  (options?: Options): MethodWithOptions<Id>;
  readonly options: z.ZodObject;
  /** Chooses the method with options that were read from somewhere. */
  choose(options: unknown): MethodWithOptions<Id>;
}

/** A method and how it is to be applied. */
export interface MethodWithOptions<Id extends string = string> extends MethodFacts<Id> {
  /** All of them, with what holds where nothing was chosen. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Returns the gate that the variant is compared with. */
  gateFor(asked: GateChoice): Gate;
  /** Returns what the recipe says of the request: always the same keys. */
  asked(wishes: MethodWishes): Readonly<Record<string, unknown>>;
  /**
   * Makes the variant.
   *
   * @throws what quantizing throws
   */
  apply(source: OnnxModel, context: MethodContext): Promise<MethodResult>;
}
