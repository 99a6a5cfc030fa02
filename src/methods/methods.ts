import { OctavecError } from '../base/index.js';
import { chooseGate, type Gate, type GateChoice } from '../evaluate/index.js';
import {
  dynamicInt8,
  fp16,
  fp16Weights,
  leftOut,
  q4,
  q8,
  smoothWithTexts,
  staticInt8,
  type WeightOnlyMethodOptions,
} from '../quantize/index.js';
import { auto } from './auto/auto.js';
import type { AutoGoal } from './auto/goal.js';
import type { Method, MethodContext, MethodWishes } from './method.js';

/** All methods by the name that `--to` knows them by. */
export const methods = {
  fp16: {
    variant: 'fp16',
    precision: 'fp16',
    gate: 'fp16',
    asked: (wishes) => ({ ...askedOfAll(wishes), weightsOnly: wishes.forms.weightsOnly }),
    apply: async (source, { forms: { weightsOnly }, selection }) => {
      if (weightsOnly) {
        const { weights } = leftOut(source, selection);
        return { model: fp16Weights(source, (name) => !weights.has(name)), notes: [] };
      }
      const { model, clamped } = fp16(source, selection);
      const notes = clamped.map(
        ({ tensor, values }) =>
          `${values} value(s) of "${tensor}" lie beyond the range of half precision and became ±65504`,
      );
      return { model, notes };
    },
  },
  int8: {
    variant: 'int8',
    precision: 'int8',
    gate: 'int8',
    asked: askedOfCalibrated,
    apply: async (source, { calibration, selection, task }) => {
      if (calibration === undefined) {
        return { model: dynamicInt8(source, selection), notes: [] };
      }
      const { model, choices, statistics } = await smoothWithTexts(source, calibration, { ...selection, ...task });
      const smoothedActivations = choices.filter(({ channels }) => channels > 0).length;
      return { model: dynamicInt8(model, { ...selection, statistics }), chosen: { smoothedActivations }, notes: [] };
    },
  },
  'int8-static': {
    variant: 'int8_static',
    precision: 'int8 static',
    gate: 'int8',
    asked: (wishes) => ({ ...askedOfCalibrated(wishes), range: wishes.forms.range }),
    apply: async (source, { calibration, selection, forms: { range }, task }) => {
      if (calibration === undefined) {
        throw new OctavecError('USAGE', { problem: 'int8-static cannot be made without calibration' });
      }
      return { model: await staticInt8(source, { ...selection, ...task, range, texts: calibration }), notes: [] };
    },
  },
  q8: {
    variant: 'q8',
    precision: '8-bit weights',
    gate: 'q8',
    asked: askedOfCalibrated,
    apply: async (source, context) => ({ model: await q8(source, weightOnlyOptions(context)), notes: [] }),
  },
  q4: {
    variant: 'q4',
    precision: '4-bit weights',
    gate: 'int4',
    asked: (wishes) => {
      const { blockSize, symmetric } = wishes.forms;
      return { ...askedOfCalibrated(wishes), blockSize, symmetric };
    },
    apply: async (source, context) => {
      const { blockSize, symmetric } = context.forms;
      return { model: await q4(source, { ...weightOnlyOptions(context), blockSize, symmetric }), notes: [] };
    },
  },
  auto: {
    variant: 'auto',
    precision: 'mixed',
    gate: 'int8',
    asked: (wishes) => {
      const { purpose, gate } = wishes.goal;
      return { ...askedOfCalibrated(wishes), goal: gate.limits, purpose, searchTexts: wishes.hashes?.search };
    },
    apply: auto,
  },
} satisfies Record<string, Method>;

function weightOnlyOptions({ calibration, selection, task }: MethodContext): WeightOnlyMethodOptions {
  return { ...selection, ...task, texts: calibration };
}

function askedOfAll({ selection: { include, exclude }, optimize }: MethodWishes): Readonly<Record<string, unknown>> {
  return { include, exclude, optimize };
}

function askedOfCalibrated(wishes: MethodWishes): Readonly<Record<string, unknown>> {
  return { ...askedOfAll(wishes), calibration: wishes.hashes?.calibration ?? false };
}

export type MethodName = keyof typeof methods;

export const methodNames = Object.keys(methods) as readonly MethodName[];

/** The gate that a variant is held against: what `auto` works towards, the one that is asked for, or the method's own. */
export function gateFor(method: MethodName, goal: AutoGoal, asked: GateChoice = {}): Gate {
  return method === 'auto' ? goal.gate : chooseGate(methods[method].gate, asked);
}
