import type { TaskOptions } from '../base/index.js';
import type { CalibrationTexts, ChannelStatistics } from '../calibration/index.js';
import {
  type EmbeddingTable,
  type LayerRole,
  type LinearLayer,
  linearLayers,
  rolesOf,
  weightKey,
} from '../encoder/index.js';
import { elementCount, type OnnxModel } from '../onnx/index.js';
import { type BlockMatrix, blocksIn } from './block-matrix.js';
import type { BlockScheme } from './block-scheme.js';
import { seeActivations } from './calibrated-int8.js';
import { dynamicInt8 } from './dynamic-int8.js';
import { gptqLayers } from './gptq-layers.js';
import { fp16Weights } from './half/fp16-weights.js';
import { type Selection, selectParts } from './selection.js';
import { smooth } from './smoothing.js';
import { tableScheme, weightOnly } from './weight-only.js';

/**
 * What a part of a model can be kept in, mostly from small to large: 4 bits in blocks, dynamic INT8 (tables: a scale a
 * row), 8 bits in blocks, FP16 storage with FP32 arithmetic, FP32 as it is.
 */
export const mixPrecisions = ['q4', 'int8', 'q8', 'fp16', 'fp32'] as const;
export type MixPrecision = (typeof mixPrecisions)[number];

/** A weight with all nodes that use it: what has one precision in a mix. */
export interface MixPart {
  /** Name of the weight tensor. */
  readonly id: string;
  readonly role: LayerRole | 'embeddings';
  readonly parameters: number;
  /** Multiplications for each token; 0 for tables. */
  readonly multiplications: number;
  /** What it takes in the file. */
  readonly bytes: Readonly<Record<MixPrecision, number>>;
}

/** Precisions by part. Parts that are not named stay in FP32. */
export type Mix = ReadonlyMap<string, MixPrecision>;

const q4: BlockScheme = { bits: 4, blockSize: 32, symmetric: false, clipping: 'mse' };
const q8: BlockScheme = { bits: 8, blockSize: 32, symmetric: true, clipping: 'none' };
const q8Table: BlockScheme = { ...q8, blockSize: 128 };

/** What calibration found out, once for all mixes. */
export interface MixMaterial {
  /** Of the layers' inputs (see `seeActivations`). */
  readonly statistics: ReadonlyMap<string, ChannelStatistics>;
  /** Weights rounded to 4 bits with regard to the inputs, by {@link weightKey}; others are rounded block by block. */
  readonly rounded: ReadonlyMap<string, BlockMatrix>;
}

/**
 * Sees the inputs of all layers, and rounds those that mixes may change, once for all mixes.
 *
 * @param model in FP32, with its constants folded
 * @throws as `observe`, USAGE as `selectParts`
 */
export async function mixMaterial(
  model: OnnxModel,
  texts: CalibrationTexts,
  { signal, onProgress, ...selection }: Selection & TaskOptions = {},
): Promise<MixMaterial> {
  const options = { signal, onProgress };
  const statistics = await seeActivations(model, linearLayers(model), texts, options);
  return { statistics, rounded: await gptqLayers(model, selectParts(model, selection).layers, texts, q4, options) };
}

/**
 * Returns the parts of a model that can be quantized, in the order of the graph.
 *
 * @param model with its constants folded
 * @throws USAGE as `selectParts`
 */
export function mixParts(model: OnnxModel, selection: Selection = {}): MixPart[] {
  const roles = rolesOf(model);
  const { layers, tables } = selectParts(model, selection);
  const byWeight = new Map<string, LinearLayer[]>();
  for (const layer of layers) {
    const id = layer.weight.name ?? '';
    byWeight.set(id, [...(byWeight.get(id) ?? []), layer]);
  }
  return [
    ...[...byWeight].map(([id, users]) => layerPart(id, users, roles.get(users[0].node) ?? 'other')),
    ...tables.map(tablePart),
  ];
}

function layerPart(id: string, users: readonly LinearLayer[], role: LayerRole): MixPart {
  const parameters = elementCount(users[0].weight);
  // A layer that uses a weight as it is stored and one that uses it transposed have no quantized form in common.
  const forms = [...new Map(users.map((layer) => [weightKey(layer), layer])).values()];
  const bytesOf = (one: (layer: LinearLayer) => number): number => forms.reduce((sum, layer) => sum + one(layer), 0);
  return {
    id,
    role,
    parameters,
    multiplications: parameters * users.length,
    bytes: {
      q4: bytesOf((layer) => layerBytes(layer, q4)),
      int8: bytesOf(({ outputs }) => parameters + 5 * outputs),
      q8: bytesOf((layer) => layerBytes(layer, q8)),
      fp16: 2 * parameters,
      fp32: 4 * parameters,
    },
  };
}

function tablePart({ table, rows, columns }: EmbeddingTable): MixPart {
  const parameters = rows * columns;
  return {
    id: table.name ?? '',
    role: 'embeddings',
    parameters,
    multiplications: 0,
    bytes: {
      q4: tableBytes(rows, columns, q4),
      int8: parameters + 4 * rows,
      q8: tableBytes(rows, columns, q8Table),
      fp16: 2 * parameters,
      fp32: 4 * parameters,
    },
  };
}

/** Counts the bytes of the codes of whole blocks, and of what belongs to each block. */
function layerBytes({ outputs, inputs }: LinearLayer, scheme: BlockScheme): number {
  const codes = (blocksIn(inputs, scheme) * scheme.blockSize * scheme.bits) / 8;
  return outputs * (codes + blockBytes(inputs, scheme));
}

/** Counts the bytes of a code for each column, and of what belongs to each block. */
function tableBytes(rows: number, columns: number, asked: BlockScheme): number {
  const scheme = tableScheme(asked, columns);
  return rows * (Math.ceil((columns * scheme.bits) / 8) + blockBytes(columns, scheme));
}

/** Counts the bytes of the scales and zero points of a row. */
function blockBytes(columns: number, scheme: BlockScheme): number {
  const blocks = blocksIn(columns, scheme);
  return 4 * blocks + (scheme.symmetric ? 0 : Math.ceil((blocks * scheme.bits) / 8));
}

/**
 * Applies a mix. Smoothing goes before the layers that quantize their activations, and not before those in 4 bits: what
 * these were rounded with is the activation as it was.
 *
 * @param source in FP32, with its constants folded
 */
export function applyMix(source: OnnxModel, mix: Mix, { statistics, rounded }: MixMaterial): OnnxModel {
  const names = namesByPrecision(source, mix);
  const none: ReadonlySet<string> = new Set();
  const { int8 = none, q8: wide = none, q4: narrow = none, fp16 = none } = Object.fromEntries(names);
  let model = source;
  if (narrow.size > 0) {
    model = weightOnly(model, { exactly: narrow, layers: () => q4, tables: q4, quantized: rounded });
  }
  const quantized = new Set([...int8, ...wide]);
  if (quantized.size > 0) {
    const smoothed = smooth(model, statistics, selectParts(model, { exactly: quantized }).layers);
    model = dynamicInt8(smoothed.model, { exactly: int8, statistics: smoothed.statistics });
  }
  if (wide.size > 0) {
    model = weightOnly(model, { exactly: wide, layers: () => q8, tables: q8Table });
  }
  const halves = weightsOf(model, fp16);
  return fp16.size === 0 ? model : fp16Weights(model, (name) => halves.has(name));
}

/** Returns what each precision is for: values that layers compute, and names of tables. */
function namesByPrecision(model: OnnxModel, mix: Mix): ReadonlyMap<MixPrecision, ReadonlySet<string>> {
  const names = new Map<MixPrecision, Set<string>>();
  const add = (part: string, name: string): void => {
    const precision = mix.get(part);
    if (precision !== undefined) {
      names.set(precision, (names.get(precision) ?? new Set()).add(name));
    }
  };
  const { layers, tables } = selectParts(model);
  for (const { node, weight } of layers) {
    add(weight.name ?? '', node.output[0]);
  }
  for (const { table } of tables) {
    add(table.name ?? '', table.name ?? '');
  }
  return names;
}

/** Returns the names of the weights of layers and tables. */
function weightsOf(model: OnnxModel, names: ReadonlySet<string>): ReadonlySet<string> {
  const { layers, tables } = selectParts(model, { exactly: names });
  return new Set([...layers.map(({ weight }) => weight.name ?? ''), ...tables.map(({ table }) => table.name ?? '')]);
}
