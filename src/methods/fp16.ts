import { z } from 'zod';
import { counted, shortened } from '../base/index.js';
import { beyondHalf, fp16Weights, leftOut, fp16 as toFp16 } from '../quantize/index.js';
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
  fewestTexts: 0,
  options: z.strictObject({
    weightsOnly: z.boolean().default(false).describe('keep weights in half precision and compute in FP32'),
  }),
  apply: async (source, { weightsOnly }, { calibration, selection, task }) => {
    if (weightsOnly) {
      const { weights } = leftOut(source, selection);
      return { model: fp16Weights(source, (name) => !weights.has(name)) };
    }
    const beyond = calibration && (await beyondHalf(source, calibration, task));
    const { model, clamped } = toFp16(source, selection, beyond?.keys());
    const notes = clamped.map(
      ({ tensor, values }) =>
        `${values} value(s) of "${tensor}" lie beyond the range of half precision and became ±65504`,
    );
    return { model, notes: [...notes, ...notesOf(beyond)] };
  },
});

function notesOf(beyond: ReadonlyMap<string, number> | undefined): string[] {
  if (beyond === undefined) {
    return ['activations were not looked at: on a GPU those beyond ±65504 would become infinite'];
  }
  const [largest] = [...beyond].sort(([, a], [, b]) => b - a);
  return largest === undefined
    ? []
    : [
        `${counted(beyond.size, 'activation')} near or beyond the range of half precision (±65504) stay in FP32: ` +
          `"${shortened(largest[0])}" reaches ${Math.round(largest[1])}`,
      ];
}
