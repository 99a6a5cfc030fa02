import { z } from 'zod';
import { dynamicInt8, smoothWithTexts } from '../quantize/index.js';
import { defineMethod } from './define-method.js';

/**
 * Chooses dynamic INT8: scales of the activations are found when the model runs.
 *
 * @throws USAGE for an option: it has none
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [int8()] }); // the same as to: ['int8']
 * ```
 */
export const int8 = defineMethod({
  id: 'int8',
  variant: 'int8',
  precision: 'int8',
  gate: 'int8',
  fewestTexts: 0,
  options: z.strictObject({}),
  apply: async (source, _, { calibration, selection, task }) => {
    if (calibration === undefined) {
      return { model: dynamicInt8(source, selection) };
    }
    const { model, choices, statistics } = await smoothWithTexts(source, calibration, { ...selection, ...task });
    const smoothedActivations = choices.filter(({ channels }) => channels > 0).length;
    return { model: dynamicInt8(model, { ...selection, statistics }), chosen: { smoothedActivations } };
  },
});
