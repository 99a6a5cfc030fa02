import type { ChannelStatistics } from '../calibration/index.js';

/** An activation, and the weights of the layers that use it, each [channels × outputs]. */
export interface SmoothedUse {
  readonly seen: ChannelStatistics;
  readonly weights: readonly Float32Array[];
}

export interface ChosenFactors {
  /** What each channel is divided by, [channels]; undefined where smoothing would not help. */
  readonly factors?: Float32Array;
  /** Channels that are scaled down. */
  readonly channels: number;
  /** Expected squared error with smoothing, as a share of that without. */
  readonly errorShare: number;
}

/** An extra operator must earn its time: it is left out unless the expected error falls at least to this share. */
const worthwhileShare = 0.9;

/**
 * Chooses the factors that activations are divided by: s_j = max(1, max|X_j| / c), with the cap c of the least
 * expected error. Activations whose layers share weights get the same factors, by how far any of them reaches.
 */
export function chooseFactors(uses: readonly SmoothedUse[]): ChosenFactors {
  const reach = jointReach(uses);
  const plain = jointError(uses, new Float32Array(reach.length).fill(1));
  if (plain === 0) {
    return { channels: 0, errorShare: 1 };
  }
  for (const caps of [capsAtChannels(reach), capsBetween(reach)]) {
    const found = bestCap(uses, reach, caps);
    if (found !== undefined && found.error <= worthwhileShare * plain) {
      const channels = reach.reduce((count, value) => count + (value > found.cap ? 1 : 0), 0);
      return { factors: found.factors, channels, errorShare: found.error / plain };
    }
  }
  return { channels: 0, errorShare: 1 };
}

/** Returns caps at the reach of the 2nd, 3rd, 4th, 5th, 7th, 9th, 13th, … farthest channel, up to a quarter of all. */
function capsAtChannels(reach: Float32Array): number[] {
  const descending = reach.toSorted().reverse();
  const caps: number[] = [];
  for (let power = 1; power <= reach.length / 4; power *= 2) {
    caps.push(descending[power], descending[Math.ceil(power * 1.5)]);
  }
  return caps.filter((cap) => cap > 0);
}

/**
 * Returns caps between the farthest channel and the next, for a lone outlier whose weights would suffer if it were
 * smoothed fully.
 */
function capsBetween(reach: Float32Array): number[] {
  const [farthest, next] = reach.toSorted().reverse();
  return next > 0 ? Array.from({ length: 7 }, (_, i) => farthest * (next / farthest) ** ((i + 1) / 8)) : [];
}

function bestCap(
  uses: readonly SmoothedUse[],
  reach: Float32Array,
  caps: readonly number[],
): { cap: number; factors: Float32Array; error: number } | undefined {
  const tried = caps.map((cap) => {
    const factors = reach.map((value) => Math.max(1, value / cap));
    return { cap, factors, error: jointError(uses, factors) };
  });
  return tried.sort((a, b) => a.error - b.error)[0];
}

/** Returns max |X_j| over all activations and texts, [channels]. */
function jointReach(uses: readonly SmoothedUse[]): Float32Array {
  const reach = new Float32Array(uses[0].seen.channels);
  for (const { seen } of uses) {
    for (let j = 0; j < reach.length; j++) {
      reach[j] = Math.max(reach[j], seen.greatest[j], -seen.least[j]);
    }
  }
  return reach;
}

function jointError(uses: readonly SmoothedUse[], factors: Float32Array): number {
  return uses.reduce((sum, { seen, weights }) => sum + expectedError(seen, weights, factors), 0);
}

/**
 * Returns the expected squared error of the layers' outputs for each token, when activations are divided by the factors
 * and quantized to 8 bits with one scale a text, and the weights are multiplied by them and quantized to 8 bits per
 * output channel. Rounding errors are taken as uniform and independent (step² / 12):
 *
 *   Σ_layers Δx²/12 · ‖W′‖² + Σ_n Δw_n²/12 · Σ_j E[X′_j²]
 */
function expectedError(seen: ChannelStatistics, weights: readonly Float32Array[], factors: Float32Array): number {
  const { channels, minima, maxima, meanSquare } = seen;
  const texts = minima.length / channels;
  let activationSteps = 0;
  for (let text = 0; text < texts; text++) {
    let low = 0;
    let high = 0;
    for (let j = 0; j < channels; j++) {
      low = Math.min(low, minima[text * channels + j] / factors[j]);
      high = Math.max(high, maxima[text * channels + j] / factors[j]);
    }
    activationSteps += ((high - low) / 255) ** 2 / texts;
  }
  let energy = 0;
  for (let j = 0; j < channels; j++) {
    energy += meanSquare[j] / factors[j] ** 2;
  }
  let error = 0;
  for (const weight of weights) {
    const outputs = weight.length / channels;
    const columnMaxima = new Float64Array(outputs);
    let norm = 0;
    for (let j = 0; j < channels; j++) {
      let squares = 0;
      for (let n = 0; n < outputs; n++) {
        const value = Math.abs(weight[j * outputs + n]);
        squares += value * value;
        columnMaxima[n] = Math.max(columnMaxima[n], value * factors[j]);
      }
      norm += squares * factors[j] ** 2;
    }
    const weightSteps = columnMaxima.reduce((sum, value) => sum + (value / 127) ** 2, 0);
    error += (activationSteps * norm + weightSteps * energy) / 12;
  }
  return error;
}
