import { GraphEditor } from '../graph/index.js';
import { floatTensor, makeNode, type OnnxModel } from '../onnx/index.js';
import type { ChannelStatistics } from './calibration/calibration-memory.js';
import { type LinearLayer, layersByActivation, layerWeights } from './linear-layers.js';

/** How the outlier channels of an activation were treated. */
export interface SmoothingChoice {
  readonly activation: string;
  /** Channels that were scaled down; 0 where smoothing would not help. */
  readonly channels: number;
  /** Expected squared error with smoothing, as a share of that without. */
  readonly errorShare: number;
}

export interface SmoothedModel {
  readonly model: OnnxModel;
  readonly choices: readonly SmoothingChoice[];
  /** The statistics of the activations as they are now. */
  readonly statistics: ReadonlyMap<string, ChannelStatistics>;
}

/** Caps at the reach of the 2nd, 3rd, 4th, 5th, 7th, 9th, 13th, … farthest channel, up to a quarter of all. */
function capsAtChannels(reach: Float32Array): number[] {
  const descending = reach.toSorted().reverse();
  const caps: number[] = [];
  for (let power = 1; power <= reach.length / 4; power *= 2) {
    caps.push(descending[power], descending[Math.ceil(power * 1.5)]);
  }
  return caps.filter((cap) => cap > 0);
}

/** Caps between the farthest channel and the next: for a lone outlier whose weights would suffer from the whole way. */
function capsBetween(reach: Float32Array): number[] {
  const [farthest, next] = reach.toSorted().reverse();
  return next > 0 ? Array.from({ length: 7 }, (_, i) => farthest * (next / farthest) ** ((i + 1) / 8)) : [];
}

/** An extra operator must earn its time: it is left out unless the expected error falls at least to this share. */
const worthwhileShare = 0.9;

/**
 * Smoothing in the way of SmoothQuant (Xiao et al., 2023, https://arxiv.org/abs/2211.10438): channels of an activation
 * that reach far are divided by a factor, and the rows of the weights that use them multiplied by it. In FP32 nothing
 * changes. As the outputs of LayerNorm go into the residual as well, the division is a `Mul` by a vector of its own.
 *
 * Unlike SmoothQuant's s_j = max|X_j|^α / max|W_j|^(1−α), which changes every channel, the factors here only cap
 * outliers: s_j = max(1, max|X_j| / c). Encoders have a few channels that reach five times farther than all others and
 * meet rows of large weights at that; with an exponent the small channels pay for them. The cap c is chosen for each
 * activation by the least expected error (see {@link expectedError}).
 */
export function smooth(model: OnnxModel, statistics: ReadonlyMap<string, ChannelStatistics>): SmoothedModel {
  const editor = new GraphEditor(model);
  const choices: SmoothingChoice[] = [];
  const after = new Map(statistics);
  for (const [activation, layers] of layersByActivation(model)) {
    const seen = statistics.get(activation);
    if (seen === undefined) {
      continue;
    }
    const weights = layers.map((layer) => layerWeights(model, layer));
    const { factors, choice } = chooseFactors(activation, seen, weights);
    choices.push(choice);
    if (factors !== undefined) {
      const divided = divideActivation(editor, activation, layers, weights, factors);
      after.set(divided, dividedStatistics(seen, factors));
    }
  }
  return { model: editor.finish(), choices, statistics: after };
}

function chooseFactors(
  activation: string,
  seen: ChannelStatistics,
  weights: readonly Float32Array[],
): { factors?: Float32Array; choice: SmoothingChoice } {
  const reach = channelReach(seen);
  const plain = expectedError(seen, weights, new Float32Array(seen.channels).fill(1));
  for (const caps of [capsAtChannels(reach), capsBetween(reach)]) {
    const found = bestCap(seen, weights, reach, caps);
    if (found !== undefined && found.error <= worthwhileShare * plain) {
      const channels = reach.reduce((count, value) => count + (value > found.cap ? 1 : 0), 0);
      return { factors: found.factors, choice: { activation, channels, errorShare: found.error / plain } };
    }
  }
  return { choice: { activation, channels: 0, errorShare: 1 } };
}

function bestCap(
  seen: ChannelStatistics,
  weights: readonly Float32Array[],
  reach: Float32Array,
  caps: readonly number[],
): { cap: number; factors: Float32Array; error: number } | undefined {
  const tried = caps.map((cap) => {
    const factors = reach.map((value) => Math.max(1, value / cap));
    return { cap, factors, error: expectedError(seen, weights, factors) };
  });
  return tried.sort((a, b) => a.error - b.error)[0];
}

/** max |X_j| over all texts, [channels]. */
function channelReach({ least, greatest }: ChannelStatistics): Float32Array {
  return greatest.map((value, j) => Math.max(value, -least[j]));
}

/**
 * Expected squared error of the layers' outputs for each token, when activations are divided by the factors and
 * quantized to 8 bits with one scale a text, and the weights are multiplied by them and quantized to 8 bits per output
 * channel. Rounding errors are taken as uniform and independent (step² / 12):
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

function dividedStatistics(seen: ChannelStatistics, factors: Float32Array): ChannelStatistics {
  const { channels } = seen;
  return {
    channels,
    least: seen.least.map((value, j) => value / factors[j]),
    greatest: seen.greatest.map((value, j) => value / factors[j]),
    minima: seen.minima.map((value, i) => value / factors[i % channels]),
    maxima: seen.maxima.map((value, i) => value / factors[i % channels]),
    mean: seen.mean.map((value, j) => value / factors[j]),
    meanSquare: seen.meanSquare.map((value, j) => value / factors[j] ** 2),
  };
}

/** Puts X · 1/s before the layers and s · W into them. Returns the name of the divided activation. */
function divideActivation(
  editor: GraphEditor,
  activation: string,
  layers: readonly LinearLayer[],
  weights: readonly Float32Array[],
  factors: Float32Array,
): string {
  const inverses = floatTensor(
    editor.uniqueName(`${activation}_smoothing`),
    [factors.length],
    factors.map((factor) => 1 / factor),
  );
  const divided = editor.uniqueName(`${activation}_smoothed`);
  editor.add(makeNode('Mul', [activation, editor.setInitializer(inverses)], [divided]));
  for (const [i, layer] of layers.entries()) {
    const { node, weight, transposed, outputs, inputs } = layer;
    const scaled = new Float32Array(weights[i].length);
    for (let j = 0; j < inputs; j++) {
      for (let n = 0; n < outputs; n++) {
        // Stored as the layer had it: [outputs × inputs] where it is transposed.
        scaled[transposed ? n * inputs + j : j * outputs + n] = weights[i][j * outputs + n] * factors[j];
      }
    }
    const name = editor.uniqueName(`${weight.name}_smoothed`);
    editor.setInitializer(floatTensor(name, weight.dims, scaled));
    editor.replace(node, { ...node, input: [divided, name, ...node.input.slice(2)] });
  }
  return divided;
}
