import { OctavecError } from '../base/index.js';
import type { StoredTensor } from '../files/index.js';
import type { Architecture, Layout, Settings, Sight } from './architectures/architecture.js';
import type { ConfigReader } from './architectures/config-reader.js';
import { alibiSlopes, relativeTable } from './distance-bias.js';
import type {
  DistanceBias,
  EncoderPlan,
  PlannedClassifier,
  PlannedLayer,
  PlannedLinear,
  PlannedNorm,
  PlannedTable,
  ScopedNorm,
  Weight,
} from './encoder-plan.js';
import { rotationOf } from './rotation.js';
import { NamedTensors } from './weights/named-tensors.js';
import type { WeightFiles } from './weights/weight-files.js';

export interface PlannedEncoder {
  readonly plan: EncoderPlan;
  /** Tensors of the files that the encoder does without. */
  readonly unused: readonly string[];
}

/**
 * Finds every part of an encoder in its weights, and compares sizes of the configuration with those of the tensors.
 *
 * @throws WEIGHTS_INVALID, CONFIG_INVALID, MODEL_UNSUPPORTED, and what reading weights throws
 */
export async function planEncoder(
  folder: string,
  architecture: Architecture,
  config: ConfigReader,
  weights: WeightFiles,
): Promise<PlannedEncoder> {
  const settings = architecture.settings(config);
  const { layout, prefix } = findLayout(folder, architecture, weights.tensors);
  const tensors = new NamedTensors(folder, weights.tensors, prefix);
  const parts = new PartFinder(architecture, settings, layout, tensors);
  if (!Number.isInteger(parts.headWidth)) {
    config.unsupported(`${settings.hidden} dimensions in ${settings.heads} heads`);
  }
  if (settings.heads % parts.keyValueHeads !== 0) {
    config.unsupported(`${settings.heads} heads that share ${parts.keyValueHeads} keys and values`);
  }
  if (parts.headWidth % 2 !== 0 && settings.sight?.some(({ rotary }) => rotary !== undefined)) {
    config.unsupported(`rotary positions in heads of ${parts.headWidth} dimensions`);
  }
  const words = parts.words();
  const layers = Array.from({ length: settings.layers }, (_, layer) => parts.layer(layer));
  const plan: EncoderPlan = {
    hidden: settings.hidden,
    heads: settings.heads,
    keyValueHeads: parts.keyValueHeads,
    headWidth: parts.headWidth,
    maxTokens: settings.maxTokens,
    padTokenId: settings.padTokenId,
    activation: settings.activation,
    preNorm: architecture.preNorm,
    scoreScale: settings.scoreScale ?? parts.headWidth ** -0.5,
    words,
    wordScale: settings.wordScale,
    positions: parts.positions(),
    types: parts.table(layout.types),
    embeddingNorm: parts.norm(layout.embeddingNorm, settings.hidden),
    finalNorm: parts.norm(layout.finalNorm, settings.hidden),
    layers,
    bias: await distanceBias(settings, layout, tensors, weights),
    classifier: isScorer(config) ? parts.classifier() : undefined,
  };
  return { plan, unused: tensors.leftOver() };
}

/** Tells whether the configuration says that the model was trained to score or to classify. */
function isScorer(config: ConfigReader): boolean {
  return config.texts('architectures')?.some((name) => name.endsWith('ForSequenceClassification')) ?? false;
}

/**
 * Finds the layout whose first layer exists, and the prefix of its names.
 *
 * @throws WEIGHTS_INVALID
 */
function findLayout(
  folder: string,
  { name, layouts }: Architecture,
  tensors: ReadonlyMap<string, StoredTensor>,
): { readonly layout: Layout; readonly prefix: string } {
  const names = [...tensors.keys()];
  for (const layout of layouts) {
    const ends = anchors(layout).map((anchor) => `${layout.layers}.0.${anchor}.weight`);
    const prefixes = prefixesOf(names, ends[0]).filter((prefix) => ends.every((end) => tensors.has(prefix + end)));
    if (prefixes.length > 1) {
      const why = `several encoders are in it (${prefixes.map((prefix) => `"${prefix}"`).join(', ')})`;
      throw new OctavecError('WEIGHTS_INVALID', { path: folder, why });
    }
    if (prefixes.length === 1) {
      return { layout, prefix: prefixes[0] };
    }
  }
  const [layout] = layouts;
  const why = `the tensor "${layout.layers}.0.${anchors(layout)[0]}.weight" of its first layer is missing, which ${name} has`;
  throw new OctavecError('WEIGHTS_INVALID', {
    path: folder,
    why: `${why}; it begins with ${names.slice(0, 3).join(', ')}`,
  });
}

/** Lists the modules of a layer that distinguish layouts. */
function anchors({ attention, ffn }: Layout): string[] {
  const first = 'fused' in attention ? attention.fused : attention[0];
  return [first, 'fused' in ffn ? ffn.fused : ffn.up];
}

function prefixesOf(names: readonly string[], end: string): string[] {
  return names.filter((name) => name === end || name.endsWith(`.${end}`)).map((name) => name.slice(0, -end.length));
}

/** Finds the parts of an encoder among its tensors. */
class PartFinder {
  readonly headWidth: number;
  readonly keyValueHeads: number;
  readonly #architecture: Architecture;
  readonly #settings: Settings;
  readonly #layout: Layout;
  readonly #tensors: NamedTensors;

  constructor(architecture: Architecture, settings: Settings, layout: Layout, tensors: NamedTensors) {
    this.#architecture = architecture;
    this.#settings = settings;
    this.#layout = layout;
    this.#tensors = tensors;
    this.headWidth = settings.headWidth ?? settings.hidden / settings.heads;
    this.keyValueHeads = settings.keyValueHeads ?? settings.heads;
  }

  words(): PlannedTable {
    const { words } = this.#layout;
    return { path: words, ...this.#tensors.takeWords(`${words}.weight`, this.#settings.hidden) };
  }

  /** Returns a table with as many rows as it has, or undefined where the model has none. */
  table(path: string | undefined): PlannedTable | undefined {
    const name = `${path}.weight`;
    if (path === undefined || !this.#tensors.has(name)) {
      return undefined;
    }
    const [count] = this.#tensors.take(name, 2).dims;
    return { path, weight: this.#tensors.weight(name, [count, this.#settings.hidden]), count };
  }

  positions(): EncoderPlan['positions'] {
    const { positions } = this.#layout;
    const { positionRows, hidden } = this.#settings;
    if (positions === undefined || positionRows === undefined) {
      return undefined;
    }
    const used = this.#settings.maxTokens + (positionRows === 'counted' ? this.#settings.padTokenId + 1 : 0);
    const weight = this.#tensors.weight(`${positions}.weight`, [used, hidden]);
    return { path: positions, weight, count: used, rows: positionRows };
  }

  /** Returns a norm; undefined only where the layout has none. */
  norm(path: string | undefined, width: number): PlannedNorm | undefined {
    if (path === undefined) {
      return undefined;
    }
    const { norm } = this.#architecture;
    const gamma = this.#tensors.weight(`${path}.weight`, [width]);
    return {
      path,
      kind: norm === 'layer' ? 'layer' : 'rms',
      gamma: norm === 'onePlusRms' ? { ...gamma, plus: 1 } : gamma,
      beta: this.#bias(path, width),
      epsilon: this.#settings.epsilon,
    };
  }

  layer(index: number): PlannedLayer {
    const layout = this.#layout;
    const { hidden, heads } = this.#settings;
    const path = `${layout.layers}.${index}`;
    const norm = (name: string | undefined) => this.norm(name && `${path}.${name}`, hidden);
    // A first layer may do without a norm before its attention: the embeddings have one.
    const isBare =
      index === 0 && this.#architecture.preNorm && !this.#tensors.has(`${path}.${layout.attentionNorm}.weight`);
    return {
      ...this.#attention(path),
      ...this.#feedForward(path),
      attentionNorm: isBare ? undefined : norm(layout.attentionNorm),
      queryNorm: this.#scopedNorm(layout.queryNorm && `${path}.${layout.queryNorm}`, heads),
      keyNorm: this.#scopedNorm(layout.keyNorm && `${path}.${layout.keyNorm}`, this.keyValueHeads),
      attentionOutNorm: norm(layout.attentionOutNorm),
      ffnNorm: norm(layout.ffnNorm),
      ffnOutNorm: norm(layout.ffnOutNorm),
      ...this.#sight(index),
    };
  }

  /** Returns what makes scores, one or those of several classes; undefined for a model that has none. */
  classifier(): PlannedClassifier | undefined {
    const { classifier: layout } = this.#architecture;
    if (layout === undefined || !this.#tensors.has(`${layout.out}.weight`)) {
      return undefined;
    }
    const [scores] = this.#tensors.dims(`${layout.out}.weight`);
    const { hidden, scoring = { pooling: 'cls', activation: layout.activation } } = this.#settings;
    const dense = this.#linear(layout.dense, layout.dense, hidden, hidden);
    return {
      ...scoring,
      dense,
      norm: this.norm(layout.norm, hidden),
      out: this.#linear(layout.out, layout.out, hidden, scores),
    };
  }

  #scopedNorm(path: string | undefined, heads: number): ScopedNorm | undefined {
    const over = this.#settings.normOver ?? 'head';
    const norm = this.norm(path, over === 'head' ? this.headWidth : heads * this.headWidth);
    return norm && { ...norm, over };
  }

  #attention(path: string): Pick<PlannedLayer, 'attentionPath' | 'query' | 'key' | 'value' | 'out'> {
    const { attention, out } = this.#layout;
    const { hidden, heads } = this.#settings;
    const sizes = [heads, this.keyValueHeads, this.keyValueHeads].map((count) => count * this.headWidth);
    const outPath = `${path}.${out}`;
    const outLayer = this.#linear(outPath, outPath, sizes[0], hidden);
    if (!('fused' in attention)) {
      const [query, key, value] = attention.map((name, i) =>
        this.#linear(`${path}.${name}`, `${path}.${name}`, hidden, sizes[i]),
      );
      return { attentionPath: parentOf(query.path), query, key, value, out: outLayer };
    }
    const fused = `${path}.${attention.fused}`;
    const attentionPath = parentOf(fused);
    const [query, key, value] = ['query', 'key', 'value'].map((name, i) => {
      const first = sizes.slice(0, i).reduce((sum, size) => sum + size, 0);
      return this.#linear(`${attentionPath}.${name}`, fused, hidden, sizes[i], [first, first + sizes[i]]);
    });
    this.#checkRows(fused, sizes[0] + sizes[1] + sizes[2]);
    return { attentionPath, query, key, value, out: outLayer };
  }

  #feedForward(path: string): Pick<PlannedLayer, 'ffnPath' | 'up' | 'gate' | 'down'> {
    const { ffn } = this.#layout;
    const { hidden } = this.#settings;
    const downPath = `${path}.${ffn.down}`;
    const [, width] = this.#tensors.take(`${downPath}.weight`, 2).dims;
    const down = this.#linear(downPath, downPath, width, hidden);
    const ffnPath = parentOf(downPath) === path ? path : parentOf(downPath);
    if (!('fused' in ffn)) {
      const [up, gate] = [ffn.up, ffn.gate].map(
        (name) => name && this.#linear(`${path}.${name}`, `${path}.${name}`, hidden, width),
      );
      return { ffnPath, up: up as PlannedLinear, gate: gate || undefined, down };
    }
    const fused = `${path}.${ffn.fused}`;
    const [first, second] = [0, width].map((row): readonly [number, number] => [row, row + width]);
    const [upRows, gateRows] = ffn.first === 'up' ? [first, second] : [second, first];
    this.#checkRows(fused, 2 * width);
    return {
      ffnPath,
      up: this.#linear(`${ffnPath}.up`, fused, hidden, width, upRows),
      gate: this.#linear(`${ffnPath}.gate`, fused, hidden, width, gateRows),
      down,
    };
  }

  /**
   * Plans a linear layer.
   *
   * @param path what the layer is called; `stored` where its tensors are
   */
  #linear(
    path: string,
    stored: string,
    inputs: number,
    outputs: number,
    rows?: readonly [number, number],
  ): PlannedLinear {
    const weight = this.#tensors.weight(`${stored}.weight`, [outputs, inputs], rows);
    const bias = this.#bias(stored, outputs, rows);
    return { path, weight, bias, inputs, outputs };
  }

  #bias(path: string, width: number, rows?: readonly [number, number]): Weight | undefined {
    const name = `${path}.bias`;
    const isThere = this.#architecture.hasBiases || this.#tensors.has(name);
    return isThere ? this.#tensors.weight(name, [width], rows) : undefined;
  }

  /** Checks that the parts of a fused tensor are all of it. */
  #checkRows(path: string, rows: number): void {
    this.#tensors.weight(`${path}.weight`, [rows, this.#settings.hidden]);
  }

  #sight(index: number): Pick<PlannedLayer, 'rotation' | 'window' | 'causal'> {
    const { sight } = this.#settings;
    const { window, causal, rotary }: Sight = sight?.[index] ?? { window: 0, causal: false };
    return { window, causal, rotation: rotary && rotationOf(rotary, this.headWidth) };
  }
}

/** Returns "encoder.layer.0.attention.self" of "encoder.layer.0.attention.self.query". */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.'));
}

async function distanceBias(
  { relativeBuckets, alibi, heads, maxTokens }: Settings,
  { relativeBias: path }: Layout,
  tensors: NamedTensors,
  weights: WeightFiles,
): Promise<DistanceBias | undefined> {
  if (alibi) {
    return { kind: 'slopes', slopes: alibiSlopes(heads) };
  }
  if (path === undefined || relativeBuckets === undefined) {
    return undefined;
  }
  const { tensor } = tensors.weight(`${path}.weight`, [relativeBuckets, heads]);
  const values = relativeTable(await weights.floats(tensor), relativeBuckets, heads, maxTokens);
  return { kind: 'table', path, values, tokens: maxTokens };
}
