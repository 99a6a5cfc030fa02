import { z } from 'zod';
import { fp16Weights, leftOut, fp16 as toFp16 } from '../quantize/index.js';
import { defineMethod } from './define-method.js';

/**
 * Chooses half precision: of the whole graph, or of the weights alone.
 *
 * @throws USAGE for an option that it does not know, or that is out of range
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [fp16({ weightsOnly: true })] });
 * ```
 */
export const fp16 = defineMethod({
  id: 'fp16',
  variant: 'fp16',
  precision: 'fp16',
  gate: 'fp16',
  takesAllWeights: true,
  options: z.strictObject({
    weightsOnly: z.boolean().default(false).describe('keep weights in half precision and compute in FP32'),
  }),
  apply: async (source, { weightsOnly }, { selection }) => {
    if (weightsOnly) {
      const { weights } = leftOut(source, selection);
      return { model: fp16Weights(source, (name) => !weights.has(name)) };
    }
    const { model, clamped } = toFp16(source, selection);
    const notes = clamped.map(
      ({ tensor, values }) =>
        `${values} value(s) of "${tensor}" lie beyond the range of half precision and became ±65504`,
    );
    return { model, notes };
  },
});
