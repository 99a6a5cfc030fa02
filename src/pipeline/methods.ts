import { OctavecError, type TaskOptions } from '../base/index.js';
import { type GatePresetName, gatePresets } from '../evaluate/index.js';
import type { OnnxModel } from '../onnx/index.js';
import {
  type CalibrationTexts,
  dynamicInt8,
  fp16,
  q4,
  q8,
  type Selection,
  smoothWithTexts,
  staticInt8,
  type WeightOnlyMethodOptions,
} from '../quantize/index.js';

/** What methods are given besides the model. */
export interface MethodContext {
  /** undefined: calibration is not wanted. */
  readonly calibration?: CalibrationTexts;
  readonly selection: Selection;
  readonly task: TaskOptions;
}

/** What a method made of a model. */
export interface MethodResult {
  readonly model: OnnxModel;
  /** What goes into the recipe. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What the user should know: "3 values beyond the range of half precision were clamped". */
  readonly notes: readonly string[];
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

/** All methods by the name that `--to` knows them by. */
export const methods = {
  fp16: {
    variant: 'fp16',
    precision: 'fp16',
    gate: 'fp16',
    apply: async (source) => {
      const { model, clamped } = fp16(source);
      const notes = clamped.map(
        ({ tensor, values }) =>
          `${values} value(s) of "${tensor}" lie beyond the range of half precision and became ±65504`,
      );
      return { model, options: {}, notes };
    },
  },
  int8: {
    variant: 'int8',
    precision: 'int8',
    gate: 'int8',
    apply: async (source, { calibration, selection, task }) => {
      if (calibration === undefined) {
        return { model: dynamicInt8(source, selection), options: { ...selection }, notes: [] };
      }
      const { model, choices, statistics } = await smoothWithTexts(source, calibration, task);
      const smoothed = choices.filter(({ channels }) => channels > 0).length;
      return {
        model: dynamicInt8(model, { ...selection, statistics }),
        options: { ...selection, calibration: calibration.hash, smoothedActivations: smoothed },
        notes: [],
      };
    },
  },
  'int8-static': {
    variant: 'int8_static',
    precision: 'int8 static',
    gate: 'int8',
    apply: async (source, context) => {
      const { calibration, selection, task } = context;
      if (calibration === undefined) {
        throw new OctavecError('USAGE', {
          problem: 'int8-static cannot be made without calibration',
          hint: 'Leave --no-calibration out, or make int8, which finds its scales when it runs.',
        });
      }
      return {
        model: await staticInt8(source, { ...selection, ...task, texts: calibration }),
        options: calibrationOptions(context),
        notes: [],
      };
    },
  },
  q8: {
    variant: 'q8',
    precision: '8-bit weights',
    gate: 'int8',
    apply: async (source, context) => ({
      model: await q8(source, weightOnlyOptions(context)),
      options: calibrationOptions(context),
      notes: [],
    }),
  },
  q4: {
    variant: 'q4',
    precision: '4-bit weights',
    gate: 'int4',
    apply: async (source, context) => ({
      model: await q4(source, weightOnlyOptions(context)),
      options: calibrationOptions(context),
      notes: [],
    }),
  },
} satisfies Record<string, Method>;

function weightOnlyOptions({ calibration, selection, task }: MethodContext): WeightOnlyMethodOptions {
  return { ...selection, ...task, texts: calibration };
}

function calibrationOptions({ calibration, selection }: MethodContext): Readonly<Record<string, unknown>> {
  return calibration === undefined ? { ...selection } : { ...selection, calibration: calibration.hash };
}

export type MethodName = keyof typeof methods;

export const methodNames = Object.keys(methods) as readonly MethodName[];

export function gateOf(method: MethodName): (typeof gatePresets)[GatePresetName] {
  return gatePresets[methods[method].gate];
}
