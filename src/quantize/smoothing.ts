import type { ChannelStatistics } from '../calibration/index.js';
import { type LinearLayer, layersByActivation, layerWeights, weightKey } from '../encoder/index.js';
import { GraphEditor } from '../graph/index.js';
import { floatTensor, makeNode, type OnnxModel } from '../onnx/index.js';
import { chooseFactors } from './smoothing-factors.js';

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

/**
 * Smooths activations in the way of SmoothQuant (Xiao et al., 2023, https://arxiv.org/abs/2211.10438): channels of an
 * activation that reach far are divided by a factor, and the rows of the weights that use them multiplied by it. In
 * FP32 nothing changes. As the outputs of LayerNorm go into the residual as well, the division is a `Mul` by a vector
 * of its own.
 *
 * Unlike SmoothQuant's s_j = max|X_j|^α / max|W_j|^(1−α), which changes every channel, the factors here only cap
 * outliers: s_j = max(1, max|X_j| / c). Encoders have a few channels that reach five times farther than all others and
 * meet rows of large weights at that; with an exponent the small channels pay for them. The cap c is chosen by the least
 * expected error (see {@link chooseFactors}).
 *
 * Weights that several layers share (ALBERT) stay shared: the activations of all of them are divided alike.
 *
 * @param layers that are going to be quantized: they alone count, and others keep activation and weight as they were
 */
export function smooth(
  model: OnnxModel,
  statistics: ReadonlyMap<string, ChannelStatistics>,
  layers: readonly LinearLayer[],
): SmoothedModel {
  const editor = new GraphEditor(model);
  const choices: SmoothingChoice[] = [];
  const after = new Map(statistics);
  for (const family of weightFamilies(layers)) {
    const activations = layersByActivation(family);
    const weights = new Map(family.map((layer) => [weightKey(layer), layerWeights(model, layer)]));
    const weightOf = (layer: LinearLayer): Float32Array => weights.get(weightKey(layer)) as Float32Array;
    const uses = [...activations].flatMap(([activation, users]) => {
      const seen = statistics.get(activation);
      return seen === undefined ? [] : [{ activation, users, seen, weights: users.map(weightOf) }];
    });
    if (uses.length < activations.size) {
      continue;
    }
    const { factors, channels, errorShare } = chooseFactors(uses);
    choices.push(...uses.map(({ activation }) => ({ activation, channels, errorShare })));
    if (factors === undefined) {
      continue;
    }
    const inverses = addInverses(editor, uses[0].activation, factors);
    const scaled = scaleWeights(editor, family, weightOf, factors);
    for (const { activation, users, seen } of uses) {
      const divided = editor.uniqueName(`${activation}_smoothed`);
      editor.add(makeNode('Mul', [activation, inverses], [divided]));
      after.set(divided, dividedStatistics(seen, factors));
      for (const layer of users) {
        const weight = scaled.get(weightKey(layer)) ?? '';
        editor.replace(layer.node, { ...layer.node, input: [divided, weight, ...layer.node.input.slice(2)] });
      }
    }
  }
  return { model: editor.finish(), choices, statistics: after };
}

/**
 * Groups layers that have an activation or a weight in common, directly or through others: they must be smoothed alike.
 */
function weightFamilies(layers: readonly LinearLayer[]): LinearLayer[][] {
  let families: LinearLayer[][] = [];
  for (const layer of layers) {
    const isRelated = (other: LinearLayer): boolean =>
      other.activation === layer.activation || weightKey(other) === weightKey(layer);
    const related = families.filter((family) => family.some(isRelated));
    families = [...families.filter((family) => !related.includes(family)), [...related.flat(), layer]];
  }
  return families;
}

function addInverses(editor: GraphEditor, activation: string, factors: Float32Array): string {
  const inverses = factors.map((factor) => 1 / factor);
  return editor.setInitializer(floatTensor(editor.uniqueName(`${activation}_smoothing`), [factors.length], inverses));
}

/** Adds s · W for each weight of the layers, once where they share it. Gives the names by {@link weightKey}. */
function scaleWeights(
  editor: GraphEditor,
  layers: readonly LinearLayer[],
  weightOf: (layer: LinearLayer) => Float32Array,
  factors: Float32Array,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const layer of new Map(layers.map((one) => [weightKey(one), one])).values()) {
    const { weight, transposed, outputs, inputs } = layer;
    const values = weightOf(layer);
    const scaled = new Float32Array(values.length);
    for (let j = 0; j < inputs; j++) {
      for (let n = 0; n < outputs; n++) {
        // Stored as the layer had it: [outputs × inputs] where it is transposed.
        scaled[transposed ? n * inputs + j : j * outputs + n] = values[j * outputs + n] * factors[j];
      }
    }
    const name = editor.uniqueName(`${weight.name}_smoothed`);
    names.set(weightKey(layer), editor.setInitializer(floatTensor(name, weight.dims, scaled)));
  }
  return names;
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
