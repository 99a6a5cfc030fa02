import { GraphEditor } from '../graph/index.js';
import { floatTensor, makeNode, type OnnxModel } from '../onnx/index.js';
import type { ChannelStatistics } from './calibration/channel-statistics.js';
import { type LinearLayer, layerWeights, linearLayers } from './linear-layers.js';

/** How much of the difficulty of an activation's channels was moved into the weights. */
export interface SmoothingChoice {
  readonly activation: string;
  /** Exponent α; 0 where smoothing would not help. */
  readonly alpha: number;
  /** Expected squared error with smoothing, as a share of that without. */
  readonly errorShare: number;
}

export interface SmoothedModel {
  readonly model: OnnxModel;
  readonly choices: readonly SmoothingChoice[];
}

const alphas = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);

/** An extra operator must earn its time: it is left out unless the expected error falls at least to this share. */
const worthwhileShare = 0.9;

/**
 * SmoothQuant (Xiao et al., 2023, https://arxiv.org/abs/2211.10438) for encoders: channels of an activation that reach
 * far are divided by a factor, and the rows of the weights that use them multiplied by it. In FP32 nothing changes.
 * As the outputs of LayerNorm go into the residual as well, the division is a `Mul` by a vector of its own.
 *
 * The factors are s_j = max|X_j|^α / max|W_j|^(1−α), scaled to a geometric mean of 1. For each activation, α is the one
 * with the least expected error (see {@link expectedError}).
 */
export function smooth(model: OnnxModel, statistics: ReadonlyMap<string, ChannelStatistics>): SmoothedModel {
  const editor = new GraphEditor(model);
  const choices: SmoothingChoice[] = [];
  for (const [activation, layers] of layersByActivation(model)) {
    const seen = statistics.get(activation);
    if (seen === undefined) {
      continue;
    }
    const weights = layers.map((layer) => layerWeights(model, layer));
    const { factors, choice } = chooseFactors(activation, seen, weights);
    choices.push(choice);
    if (factors !== undefined) {
      divideActivation(editor, activation, layers, weights, factors);
    }
  }
  return { model: editor.finish(), choices };
}

/** Linear layers by the activation that they share. */
export function layersByActivation(model: OnnxModel): ReadonlyMap<string, readonly LinearLayer[]> {
  const groups = new Map<string, LinearLayer[]>();
  for (const layer of linearLayers(model)) {
    const group = groups.get(layer.activation);
    if (group === undefined) {
      groups.set(layer.activation, [layer]);
    } else {
      group.push(layer);
    }
  }
  return groups;
}

function chooseFactors(
  activation: string,
  seen: ChannelStatistics,
  weights: readonly Float32Array[],
): { factors?: Float32Array; choice: SmoothingChoice } {
  const [fitted, heldOut] = [everySecondText(seen, 0), everySecondText(seen, 1)];
  const plain = expectedError(heldOut, weights, new Float32Array(seen.channels).fill(1));
  const rowMagnitudes = weightMagnitudes(weights, seen.channels);
  let best = { alpha: 0, error: plain };
  for (const alpha of alphas) {
    const error = expectedError(heldOut, weights, smoothingFactors(channelReach(fitted), rowMagnitudes, alpha));
    if (error < best.error) {
      best = { alpha, error };
    }
  }
  const errorShare = best.error / plain;
  if (errorShare > worthwhileShare) {
    return { choice: { activation, alpha: 0, errorShare: 1 } };
  }
  const factors = smoothingFactors(channelReach(seen), rowMagnitudes, best.alpha);
  return { factors, choice: { activation, alpha: best.alpha, errorShare } };
}

/** Half of the texts: α is chosen on texts that the factors have not seen, for channels that one text alone uses deceive. */
function everySecondText(seen: ChannelStatistics, parity: 0 | 1): ChannelStatistics {
  const { channels, texts } = seen;
  const kept = Array.from({ length: texts }, (_, text) => text).filter((text) => texts < 2 || text % 2 === parity);
  const rows = (all: Float32Array): Float32Array => {
    const half = new Float32Array(kept.length * channels);
    for (const [i, text] of kept.entries()) {
      half.set(all.subarray(text * channels, (text + 1) * channels), i * channels);
    }
    return half;
  };
  return { ...seen, minima: rows(seen.minima), maxima: rows(seen.maxima), texts: kept.length };
}

/** max |X_j| over all texts, [channels]. */
function channelReach({ channels, minima, maxima }: ChannelStatistics): Float32Array {
  const reach = new Float32Array(channels);
  for (let i = 0; i < maxima.length; i++) {
    reach[i % channels] = Math.max(reach[i % channels], maxima[i], -minima[i]);
  }
  return reach;
}

/** max |W_j| over all outputs of all layers, [inputs]. */
function weightMagnitudes(weights: readonly Float32Array[], inputs: number): Float32Array {
  const magnitudes = new Float32Array(inputs);
  for (const weight of weights) {
    const outputs = weight.length / inputs;
    for (let i = 0; i < weight.length; i++) {
      const row = Math.floor(i / outputs);
      magnitudes[row] = Math.max(magnitudes[row], Math.abs(weight[i]));
    }
  }
  return magnitudes;
}

function smoothingFactors(reach: Float32Array, rowMagnitudes: Float32Array, alpha: number): Float32Array {
  const logs = Float64Array.from(reach, (value, j) => {
    const used = value > 0 && rowMagnitudes[j] > 0;
    return used ? alpha * Math.log(value) - (1 - alpha) * Math.log(rowMagnitudes[j]) : Number.NaN;
  });
  const known = logs.filter((value) => !Number.isNaN(value));
  const center = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  // A channel that is never used, or has no weights, stays as it is.
  return Float32Array.from(logs, (value) => (Number.isNaN(value) ? 1 : Math.exp(value - center)));
}

/**
 * Expected squared error of the layers' outputs for each token, when activations are divided by the factors and
 * quantized to 8 bits with one scale a text, and the weights are multiplied by them and quantized to 8 bits per output
 * channel. Rounding errors are taken as uniform and independent (step² / 12):
 *
 *   Σ_layers Δx²/12 · ‖W′‖² + Σ_n Δw_n²/12 · Σ_j E[X′_j²]
 */
function expectedError(seen: ChannelStatistics, weights: readonly Float32Array[], factors: Float32Array): number {
  const { channels, texts, minima, maxima, meanSquare } = seen;
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

/** Puts X · 1/s before the layers and s · W into them. */
function divideActivation(
  editor: GraphEditor,
  activation: string,
  layers: readonly LinearLayer[],
  weights: readonly Float32Array[],
  factors: Float32Array,
): void {
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
}
