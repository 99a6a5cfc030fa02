import type { TaskOptions } from '../../base/index.js';
import type { OnnxModel } from '../../onnx/index.js';
import { type CalibrationTexts, observe } from './observe.js';
import type { Probe } from './probes.js';

/** What was seen of an activation X, channel by channel, over all calibration texts. */
export interface ChannelStatistics {
  readonly channels: number;
  /** Of each text: [texts × channels]. */
  readonly minima: Float32Array;
  readonly maxima: Float32Array;
  /** Mean over all tokens, [channels]. */
  readonly mean: Float64Array;
  /** Mean of squares over all tokens, [channels]. */
  readonly meanSquare: Float64Array;
  readonly texts: number;
}

/** An activation and the length of its last axis. */
export interface Activation {
  readonly name: string;
  readonly channels: number;
}

const kinds = ['minimum', 'maximum', 'mean', 'meanSquare'] as const;

/** Runs the texts through the model once and gathers the statistics of the activations, by name. */
export async function channelStatistics(
  model: OnnxModel,
  activations: readonly Activation[],
  texts: CalibrationTexts,
  options: TaskOptions = {},
): Promise<ReadonlyMap<string, ChannelStatistics>> {
  const { offsets } = texts.tokens;
  const count = offsets.length - 1;
  const total = offsets[count];
  const gathered = activations.map(({ channels }) => ({
    channels,
    minima: new Float32Array(count * channels),
    maxima: new Float32Array(count * channels),
    mean: new Float64Array(channels),
    meanSquare: new Float64Array(channels),
    texts: count,
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
      if (kind === 'minimum' || kind === 'maximum') {
        (kind === 'minimum' ? statistics.minima : statistics.maxima).set(data, text * statistics.channels);
        return;
      }
      const weight = (offsets[text + 1] - offsets[text]) / total;
      const sums = statistics[kind];
      for (let channel = 0; channel < data.length; channel++) {
        sums[channel] += weight * data[channel];
      }
    },
    options,
  );
  return new Map(activations.map(({ name }, i) => [name, gathered[i]]));
}
