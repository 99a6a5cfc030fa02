import { z } from 'zod';
import { q4BlockSizes, q4 as toQ4 } from '../quantize/index.js';
import { defineMethod } from './define-method.js';

/**
 * Chooses 4-bit weights in blocks, a few of 8 bits; activations stay in FP32.
 *
 * @throws USAGE for an option that it does not know, or that is out of range
 *
 * @example
 * ```ts
 * await quantize('./model', { to: ['int8', q4({ blockSize: 64 })] });
 * ```
 */
export const q4 = defineMethod({
  id: 'q4',
  variant: 'q4',
  precision: '4-bit weights',
  gate: 'int4',
  fewestTexts: 0,
  options: z.strictObject({
    blockSize: z
      .literal(q4BlockSizes)
      .default(32)
      .describe('weights that share a scale, where they have 4 bits; those of 8 bits keep 32'),
    symmetric: z
      .boolean()
      .default(false)
      .describe('no zero points in 4 bits (a little smaller, clearly worse); 8 bits never have any'),
  }),
  apply: async (source, options, { calibration, selection, task }) => ({
    model: await toQ4(source, { ...selection, ...task, texts: calibration, ...options }),
  }),
});
