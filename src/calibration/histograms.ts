import type { TaskOptions } from '../base/index.js';
import type { OnnxModel } from '../onnx/index.js';
import { type Histogram, recall } from './calibration-memory.js';
import type { Activation } from './channel-statistics.js';
import { type CalibrationTexts, observeValues } from './observe.js';

/** An activation whose range is known. */
export interface RangedActivation extends Activation {
  readonly low: number;
  readonly high: number;
}

const bins = 2048;

/** Counts the values of activations over all texts. Takes the same memory for any number of texts. */
export function activationHistograms(
  model: OnnxModel,
  activations: readonly RangedActivation[],
  texts: CalibrationTexts,
  options: TaskOptions = {},
): Promise<ReadonlyMap<string, Histogram>> {
  return recall(
    texts,
    (memory) => memory.histograms,
    activations,
    (known, { low, high }) => known.low === low && known.high === high,
    (missing) => count(model, missing, texts, options),
  );
}

async function count(
  model: OnnxModel,
  activations: readonly RangedActivation[],
  texts: CalibrationTexts,
  options: TaskOptions,
): Promise<Histogram[]> {
  const histograms = activations.map(({ low, high }) => ({ low, high, counts: new Float64Array(bins) }));
  await observeValues(
    model,
    activations,
    texts,
    (activation, values) => {
      const { low, high, counts } = histograms[activation];
      const perUnit = high > low ? bins / (high - low) : 0;
      for (let i = 0; i < values.length; i++) {
        const bin = Math.floor((values[i] - low) * perUnit);
        counts[Math.min(Math.max(bin, 0), bins - 1)]++;
      }
    },
    options,
  );
  return histograms;
}
