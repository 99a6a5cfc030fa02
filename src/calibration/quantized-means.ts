import type { TaskOptions } from '../base/index.js';
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
    (activation, values) => {
      const { channels, scale, zeroPoint } = activations[activation];
      const sum = sums[activation];
      const step = scale / total;
      for (let i = 0; i < values.length; i++) {
        const code = Math.round(values[i] / scale) + zeroPoint;
        sum[i % channels] += (Math.min(Math.max(code, 0), 255) - zeroPoint) * step;
      }
    },
    options,
  );
  return sums;
}
