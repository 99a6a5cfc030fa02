import { embeddingTables, linearLayers, weightKey } from '../encoder/index.js';
import { foldConstants, removeDeadNodes } from '../graph/index.js';
import {
  attribute,
  dataType,
  dataTypeName,
  elementCount,
  type GraphProto,
  isExternal,
  isOp,
  normalDomain,
  type OnnxModel,
  subgraphs,
  type TensorProto,
  tensorByteLength,
  type ValueInfoProto,
} from '../onnx/index.js';
import { inlineFunctions, shareCopies, writeOutZeros } from '../passes/index.js';
import { quantizedOperatorsIn } from './check-source.js';
import { type LeftWeights, leftWeights, reachedWeights } from './left-weights.js';
import { type Recipe, recipeOf } from './recipe.js';
import { widen } from './widen.js';

/** An input or output of a model: "input_ids", int64, ["batch", "sequence"]. */
export interface InspectedValue {
  readonly name: string;
  readonly type: string;
  /** Sizes, or names of sizes that are open; "?" where the file says nothing. */
  readonly shape: readonly (number | string)[];
}

/** What a model file holds. Sizes in bytes. */
export interface Inspection {
  readonly path: string;
  readonly producer: string;
  readonly irVersion: number;
  /** Opset version by domain; the standard domain is "ai.onnx". */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  readonly nodes: number;
  /** How often each operator occurs, the most frequent first. */
  readonly operators: Readonly<Record<string, number>>;
  readonly parameters: number;
  readonly weightBytes: number;
  /** Bytes of weights by element type. */
  readonly bytesByType: Readonly<Record<string, number>>;
  readonly externalDataBytes: number;
  readonly recipe?: Recipe;
  /** Operators that show that the model is quantized. */
  readonly quantizedOperators: readonly string[];
  readonly linearLayers: number;
  readonly embeddingTables: number;
  /** Large weights that no method makes smaller; none for a model that is quantized already. */
  readonly left: readonly LeftWeights[];
  /** What the weights would take in each precision; undefined for a model that is quantized already. */
  readonly estimates?: { readonly fp32: number; readonly fp16: number; readonly int8: number };
}

/**
 * Finds out what a model contains, and how small its variants would be.
 *
 * @throws ONNX_CORRUPT, ONNX_LIMIT for tensors that do not hold what they say
 */
export function inspectModel(model: OnnxModel): Inspection {
  const { proto } = model;
  const { graph } = proto;
  const bytesByType = new Map<string, number>();
  let externalDataBytes = 0;
  let parameters = 0;
  for (const tensor of withoutRepeats(weightTensors(graph))) {
    const bytes = tensorByteLength(model, tensor);
    const type = dataTypeName(tensor.dataType);
    bytesByType.set(type, (bytesByType.get(type) ?? 0) + bytes);
    externalDataBytes += isExternal(tensor) ? bytes : 0;
    parameters += elementCount(tensor);
  }
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  const plain = writeOutZeros(inlineFunctions(model));
  const quantizedOperators = quantizedOperatorsIn(plain);
  const wide = quantizedOperators.length > 0 ? undefined : widen(removeDeadNodes(foldConstants(plain)));
  return {
    path: model.path,
    producer: [proto.producerName, proto.producerVersion].filter(Boolean).join(' ') || 'unknown',
    irVersion: proto.irVersion ?? 0,
    opsets: Object.fromEntries(proto.opsetImport.map((o) => [normalDomain(o.domain) || 'ai.onnx', o.version ?? 0])),
    inputs: graph.input.filter((value) => !constants.has(value.name)).map(describeValue),
    outputs: graph.output.map(describeValue),
    nodes: graph.node.length,
    operators: operatorCounts(model),
    parameters,
    weightBytes: [...bytesByType.values()].reduce((sum, bytes) => sum + bytes, 0),
    bytesByType: Object.fromEntries(sortedByCount(bytesByType)),
    externalDataBytes,
    recipe: recipeOf(model),
    quantizedOperators,
    linearLayers: wide === undefined ? 0 : linearLayers(wide).length,
    embeddingTables: wide === undefined ? 0 : embeddingTables(wide).length,
    left: wide === undefined ? [] : leftWeights(wide, reachedWeights(wide)),
    estimates: wide === undefined ? undefined : estimates(wide),
  };
}

/** Lists initializers, and what some exporters keep in Constant nodes instead; also those in branches and loops. */
function weightTensors(graph: GraphProto): TensorProto[] {
  const constants = graph.node.filter((node) => isOp(node, 'Constant'));
  const inside = graph.node.flatMap(subgraphs).flatMap(weightTensors);
  return [...graph.initializer, ...constants.flatMap((node) => attribute(node, 'value')?.t ?? []), ...inside];
}

/** Drops tensors that name a piece of an external file which another one has named: tied weights, stored once. */
function withoutRepeats(tensors: readonly TensorProto[]): TensorProto[] {
  const seen = new Set<string>();
  return tensors.filter((tensor) => {
    if (!isExternal(tensor)) {
      return true;
    }
    const place = JSON.stringify(tensor.externalData.map(({ key, value }) => `${key}=${value}`).sort());
    return !seen.has(place) && seen.add(place);
  });
}

function describeValue(value: ValueInfoProto): InspectedValue {
  const type = value.type?.tensorType;
  return {
    name: value.name ?? '',
    type: type === undefined ? 'not a tensor' : dataTypeName(type.elemType),
    shape: type?.shape?.dim.map((dim) => dim.dimValue ?? (dim.dimParam || '?')) ?? [],
  };
}

function operatorCounts(model: OnnxModel): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const node of model.proto.graph.node) {
    const domain = normalDomain(node.domain);
    const name = domain === '' ? (node.opType ?? '') : `${domain}.${node.opType}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(sortedByCount(counts));
}

function sortedByCount(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
}

/**
 * Estimates the size of the weights of the model in each precision. The int8 figure counts one byte an element and five
 * a channel, for each form in which a weight is used: an embedding table that a layer shares is quantized by rows and
 * by columns.
 */
function estimates(wide: OnnxModel): Inspection['estimates'] {
  const layers = new Map(linearLayers(wide).map((layer) => [weightKey(layer), layer]));
  const tables = embeddingTables(wide);
  const quantized = new Set([...[...layers.values()].map(({ weight }) => weight), ...tables.map(({ table }) => table)]);
  let int8 = 0;
  for (const { inputs, outputs } of layers.values()) {
    int8 += inputs * outputs + 5 * outputs;
  }
  for (const { rows, columns } of tables) {
    int8 += rows * columns + 4 * rows;
  }
  let fp32 = 0;
  for (const tensor of shareCopies(wide).proto.graph.initializer) {
    if (tensor.dataType === dataType.float) {
      fp32 += 4 * elementCount(tensor);
      int8 += quantized.has(tensor) ? 0 : 4 * elementCount(tensor);
    }
  }
  // Nothing changes in branches and loops.
  const inside = wide.proto.graph.node
    .flatMap(subgraphs)
    .flatMap(weightTensors)
    .filter((tensor) => tensor.dataType === dataType.float)
    .reduce((sum, tensor) => sum + 4 * elementCount(tensor), 0);
  return { fp32: fp32 + inside, fp16: fp32 / 2 + inside, int8: int8 + inside };
}
