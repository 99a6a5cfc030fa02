import type { TaskOptions } from '../base/index.js';
import { roundHalfEven } from '../numbers/index.js';
import type { OnnxModel } from '../onnx/index.js';
import type { ActivationScale } from './activation-range.js';
import { recall } from './calibration-memory.js';
import type { Activation } from './channel-statistics.js';
import { type CalibrationTexts, observeValues } from './observe.js';

/**
 * Returns the mean of each channel after quantization and back, [channels] by activation. Values that crowd within
 * less than a step (what GELU makes of negative inputs) are all rounded the same way: their mean moves, and biases can
 * make up for it.
 */
export async function quantizedMeans(
  model: OnnxModel,
  activations: readonly Activation[],
  scales: ReadonlyMap<string, ActivationScale>,
  texts: CalibrationTexts,
  options: TaskOptions = {},
): Promise<ReadonlyMap<string, Float64Array>> {
  const scaled = activations.flatMap((activation) => {
    const scale = scales.get(activation.name);
    return scale === undefined ? [] : [{ ...activation, ...scale }];
  });
  const found = await recall(
    texts,
    (memory) => memory.means,
    scaled,
    (known, { channels, scale, zeroPoint }) =>
      known.mean.length === channels && known.scale === scale && known.zeroPoint === zeroPoint,
    async (missing) => {
      const means = await gather(model, missing, texts, options);
      return missing.map(({ scale, zeroPoint }, i) => ({ scale, zeroPoint, mean: means[i] }));
    },
  );
  return new Map([...found].map(([name, { mean }]) => [name, mean]));
}

async function gather(
  model: OnnxModel,
  activations: readonly (Activation & ActivationScale)[],
  texts: CalibrationTexts,
  options: TaskOptions,
): Promise<Float64Array[]> {
  const { offsets } = texts.tokens;
  const total = offsets[offsets.length - 1];
  const sums = activations.map(({ channels }) => new Float64Array(channels));
  await observeValues(
    model,
    activations,
    texts,
    (activation, values, text) => {
      const share = (offsets[text + 1] - offsets[text]) / total;
      addQuantizedMean(sums[activation], values, activations[activation], share);
    },
    options,
  );
  return sums;
}

/**
 * Adds to a mean what the rows of one text give, quantized and back. Texts count by their tokens, as in the mean that
 * it is compared with; a text need not have a row for each token: behind pooling it has one.
 *
 * @param values [rows × channels]
 * @param share of all tokens that are the text's
 */
export function addQuantizedMean(
  mean: Float64Array,
  values: Float32Array,
  { scale, zeroPoint }: ActivationScale,
  share: number,
): void {
  const channels = mean.length;
  const step = (scale * share) / (values.length / channels);
  for (let i = 0; i < values.length; i++) {
    const code = roundHalfEven(values[i] / scale) + zeroPoint;
    mean[i % channels] += (Math.min(Math.max(code, 0), 255) - zeroPoint) * step;
  }
}
