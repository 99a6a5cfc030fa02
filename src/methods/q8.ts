import { z } from 'zod';
import { q8 as toQ8 } from '../quantize/index.js';
import { defineMethod } from './define-method.js';

/**
 * Chooses 8-bit weights in blocks; activations stay in FP32.
 *
 * @throws USAGE for an option: it has none
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [q8()] }); // the same as to: ['q8']
 * ```
 */
export const q8 = defineMethod({
  id: 'q8',
  variant: 'q8',
  precision: '8-bit weights',
  gate: 'q8',
  fewestTexts: 0,
  options: z.strictObject({}),
  apply: async (source, _, { calibration, selection, task }) => ({
    model: await toQ8(source, { ...selection, ...task, texts: calibration }),
  }),
});
