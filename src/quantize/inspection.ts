import { foldConstants, removeDeadNodes } from '../graph/index.js';
import {
  attribute,
  dataTypeName,
  elementCount,
  type GraphProto,
  isExternal,
  isOp,
  normalDomain,
  type OnnxModel,
  type TensorProto,
  tensorByteLength,
  type ValueInfoProto,
} from '../onnx/index.js';
import { quantizedOperatorsIn } from './check-source.js';
import { embeddingTables } from './embedding-tables.js';
import { linearLayers } from './linear-layers.js';
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
  /** What the weights would take in each precision; undefined for a model that is quantized already. */
  readonly estimates?: { readonly fp32: number; readonly fp16: number; readonly int8: number };
}

/** @throws ONNX_CORRUPT, ONNX_LIMIT for tensors that do not hold what they say */
export function inspectModel(model: OnnxModel): Inspection {
  const { proto } = model;
  const { graph } = proto;
  const bytesByType = new Map<string, number>();
  let externalDataBytes = 0;
  let parameters = 0;
  for (const tensor of weightTensors(graph)) {
    const bytes = tensorByteLength(model, tensor);
    const type = dataTypeName(tensor.dataType);
    bytesByType.set(type, (bytesByType.get(type) ?? 0) + bytes);
    externalDataBytes += isExternal(tensor) ? bytes : 0;
    parameters += elementCount(tensor);
  }
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  const quantizedOperators = quantizedOperatorsIn(model);
  const wide = quantizedOperators.length > 0 ? undefined : widen(removeDeadNodes(foldConstants(model)));
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
    estimates: wide === undefined ? undefined : estimates(wide),
  };
}

/** Initializers, and what some exporters keep in Constant nodes instead. */
function weightTensors(graph: GraphProto): TensorProto[] {
  const constants = graph.node.filter((node) => isOp(node, 'Constant'));
  return [...graph.initializer, ...constants.flatMap((node) => attribute(node, 'value')?.t ?? [])];
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

/** Weights of the model in each precision. The int8 figure counts one byte an element and five a channel. */
function estimates(wide: OnnxModel): Inspection['estimates'] {
  const floats = wide.proto.graph.initializer.filter((tensor) => dataTypeName(tensor.dataType) === 'float');
  const fp32 = floats.reduce((sum, tensor) => sum + 4 * elementCount(tensor), 0);
  let int8 = fp32;
  const byWeight = new Map(linearLayers(wide).map((layer) => [layer.weight, layer]));
  for (const { inputs, outputs } of byWeight.values()) {
    int8 -= 3 * inputs * outputs - 5 * outputs;
  }
  for (const { rows, columns } of embeddingTables(wide)) {
    int8 -= 3 * rows * columns - 4 * rows;
  }
  return { fp32, fp16: fp32 / 2, int8 };
}
