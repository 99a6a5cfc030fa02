import { z } from 'zod';
import { OctavecError } from '../base/index.js';
import { rangeMethods } from '../calibration/index.js';
import { staticInt8 } from '../quantize/index.js';
import { defineMethod } from './define-method.js';

/**
 * Chooses static INT8: scales of the activations are found beforehand, with calibration texts.
 *
 * @throws USAGE for an option that it does not know, or that is out of range
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [int8Static({ range: 'percentile' })] });
 * ```
 */
export const int8Static = defineMethod({
  id: 'int8-static',
  variant: 'int8_static',
  precision: 'int8 static',
  gate: 'int8',
  fewestTexts: 1,
  options: z.strictObject({
    range: z.enum(rangeMethods).default('minmax').describe('how ranges of activations are found'),
  }),
  apply: async (source, { range }, { calibration, selection, task }) => {
    if (calibration === undefined) {
      throw new OctavecError('USAGE', { problem: 'int8-static cannot be made without calibration' });
    }
    return { model: await staticInt8(source, { ...selection, ...task, range, texts: calibration }) };
  },
});
