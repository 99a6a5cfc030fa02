import { OctavecError } from '../base/index.js';
import { chooseGate, type Gate, type GateChoice } from '../evaluate/index.js';
import {
  dynamicInt8,
  fp16,
  fp16Weights,
  q4,
  q8,
  smoothWithTexts,
  staticInt8,
  type WeightOnlyMethodOptions,
} from '../quantize/index.js';
import { auto } from './auto/auto.js';
import type { AutoGoal } from './auto/goal.js';
import type { Method, MethodContext } from './method.js';

/** All methods by the name that `--to` knows them by. */
export const methods = {
  fp16: {
    variant: 'fp16',
    precision: 'fp16',
    gate: 'fp16',
    apply: async (source, { forms: { weightsOnly } }) => {
      if (weightsOnly) {
        return { model: fp16Weights(source), options: { weightsOnly }, notes: [] };
      }
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
      const { model, choices, statistics } = await smoothWithTexts(source, calibration, { ...selection, ...task });
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
      const { range } = context.forms;
      if (calibration === undefined) {
        throw new OctavecError('USAGE', {
          problem: 'int8-static cannot be made without calibration',
          hint: 'Leave --no-calibration out, or make int8, which finds its scales when it runs.',
        });
      }
      return {
        model: await staticInt8(source, { ...selection, ...task, range, texts: calibration }),
        options: { ...calibrationOptions(context), range },
        notes: [],
      };
    },
  },
  q8: {
    variant: 'q8',
    precision: '8-bit weights',
    gate: 'q8',
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
    apply: async (source, context) => {
      const { blockSize, symmetric } = context.forms;
      return {
        model: await q4(source, { ...weightOnlyOptions(context), blockSize, symmetric }),
        options: { ...calibrationOptions(context), blockSize, symmetric },
        notes: [],
      };
    },
  },
  auto: {
    variant: 'auto',
    precision: 'mixed',
    gate: 'int8',
    apply: auto,
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

/** The gate that a variant is held against: what `auto` works towards, the one that is asked for, or the method's own. */
export function gateFor(method: MethodName, goal: AutoGoal, asked: GateChoice = {}): Gate {
  return method === 'auto' ? goal.gate : chooseGate(methods[method].gate, asked);
}
