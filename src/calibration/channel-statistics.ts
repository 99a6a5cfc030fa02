import type { TaskOptions } from '../base/index.js';
import type { OnnxModel } from '../onnx/index.js';
import { type ChannelStatistics, recall } from './calibration-memory.js';
import { type CalibrationTexts, observe } from './observe.js';
import type { Probe } from './probes.js';

/** An activation and the length of its last axis. */
export interface Activation {
  readonly name: string;
  readonly channels: number;
}

const kinds = ['minimum', 'maximum', 'mean', 'meanSquare'] as const;

/** Texts whose minima and maxima are kept one by one, at most. */
const mostSingleTexts = 256;

/**
 * Returns the statistics of activations by name. The model runs once, over the texts for which some are not yet kept.
 */
export function channelStatistics(
  model: OnnxModel,
  activations: readonly Activation[],
  texts: CalibrationTexts,
  options: TaskOptions = {},
): Promise<ReadonlyMap<string, ChannelStatistics>> {
  return recall(
    texts,
    (memory) => memory.statistics,
    activations,
    (known, { channels }) => known.channels === channels,
    (missing) => gather(model, missing, texts, options),
  );
}

async function gather(
  model: OnnxModel,
  activations: readonly Activation[],
  texts: CalibrationTexts,
  options: TaskOptions,
): Promise<ChannelStatistics[]> {
  const { offsets } = texts.tokens;
  const count = offsets.length - 1;
  const total = offsets[count];
  const kept = Math.min(count, mostSingleTexts);
  const gathered = activations.map(({ channels }) => ({
    channels,
    least: new Float32Array(channels).fill(Number.POSITIVE_INFINITY),
    greatest: new Float32Array(channels).fill(Number.NEGATIVE_INFINITY),
    minima: new Float32Array(kept * channels),
    maxima: new Float32Array(kept * channels),
    mean: new Float64Array(channels),
    meanSquare: new Float64Array(channels),
  }));
  const probes = activations.flatMap(({ name, channels }) =>
    kinds.map((kind): Probe => ({ activation: name, channels, kind })),
  );
  await observe(
    model,
    probes,
    texts,
    (probe, data, text) => {
      const statistics = gathered[Math.floor(probe / kinds.length)];
      const kind = kinds[probe % kinds.length];
      // Of texts that share a row the last one stays.
      const row = Math.floor((text * kept) / count) * statistics.channels;
      if (kind === 'minimum') {
        statistics.minima.set(data, row);
        statistics.least.forEach((value, i, least) => {
          least[i] = Math.min(value, data[i]);
        });
      } else if (kind === 'maximum') {
        statistics.maxima.set(data, row);
        statistics.greatest.forEach((value, i, greatest) => {
          greatest[i] = Math.max(value, data[i]);
        });
      } else {
        const weight = (offsets[text + 1] - offsets[text]) / total;
        const sums = statistics[kind];
        for (let channel = 0; channel < data.length; channel++) {
          sums[channel] += weight * data[channel];
        }
      }
    },
    options,
  );
  return gathered;
}
