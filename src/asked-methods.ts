import type { MethodName } from './base/index.js';
import type { AskedMethod, methods } from './methods/index.js';

export { methodNames } from './base/index.js';

type Named<Id extends MethodName> = Extract<(typeof methods)[number], { readonly id: Id }>;
type OptionsOf<Id extends MethodName> = NonNullable<Parameters<Named<Id>>[0]>;

/**
 * Returns a function that notes which method was asked for, and how. Quantizing itself is loaded only when something is
 * quantized.
 */
function asking<const Id extends MethodName>(id: Id): (options?: OptionsOf<Id>) => AskedMethod<Id> {
  return (given) => ({ id, given: given === undefined ? {} : given });
}

/**
 * Chooses a mix of precisions, searched for each model: the smallest, or the fastest, that holds its targets.
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [auto({ targetCosineP1: 0.998, for: 'speed' })] });
 * ```
 */
export const auto = asking('auto');

/**
 * Chooses half precision: of the whole graph, or of the weights alone.
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [fp16({ weightsOnly: true })] });
 * ```
 */
export const fp16 = asking('fp16');

/**
 * Chooses dynamic INT8: scales of the activations are found when the model runs. It has no options.
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [int8()] }); // the same as to: ['int8']
 * ```
 */
export const int8 = asking('int8');

/**
 * Chooses static INT8: scales of the activations are found beforehand, with calibration texts.
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [int8Static({ range: 'mse' })] });
 * ```
 */
export const int8Static = asking('int8-static');

/**
 * Chooses 4-bit weights in blocks, a few of 8 bits; activations stay in FP32.
 *
 * @example
 * ```ts
 * await quantize('./model', { to: ['int8', q4({ blockSize: 64 })] });
 * ```
 */
export const q4 = asking('q4');

/**
 * Chooses weights of 8 bits; activations stay in FP32. It has no options.
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [q8()] }); // the same as to: ['q8']
 * ```
 */
export const q8 = asking('q8');
