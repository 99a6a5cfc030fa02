import { formatBytes } from '../base/index.js';
import { embeddingTables, linearLayers } from '../encoder/index.js';
import { type GraphIndex, indexGraph } from '../graph/index.js';
import {
  attribute,
  dataType,
  elementCount,
  type GraphProto,
  isOp,
  type NodeProto,
  type OnnxModel,
  subgraphs,
  type TensorProto,
} from '../onnx/index.js';

/** Weights that quantization leaves as they are, by what uses them. */
export interface LeftWeights {
  /** "LSTM", "MatMul with weights of 3 dimensions", "MatMul in branches and loops" */
  readonly users: string;
  readonly tensors: number;
  readonly bytes: number;
  /** Do they stand in a branch or the body of a loop, where FP16 leaves them as well? */
  readonly inside: boolean;
}

/** Smaller tensors (biases, norms, token types) are left on purpose. */
const smallestWeight = 1024;

/**
 * Returns large weights in FP32 that no method reaches: those of operators other than MatMul, Gemm and Gather, those
 * of more than two dimensions, and all in branches and bodies of loops.
 *
 * @param model with its constants folded
 * @param quantized weights of the layers and tables that methods reach
 */
export function leftWeights(model: OnnxModel, quantized: ReadonlySet<TensorProto>): LeftWeights[] {
  const { graph } = model.proto;
  const groups = new Map<string, LeftWeights>();
  const add = (users: string, tensor: TensorProto, inside: boolean): void => {
    const before = groups.get(users) ?? { users, tensors: 0, bytes: 0, inside };
    const bytes = before.bytes + 4 * elementCount(tensor);
    groups.set(users, { ...before, tensors: before.tensors + 1, bytes });
  };
  const index = indexGraph(graph);
  for (const tensor of graph.initializer.filter((each) => isWeight(each) && !quantized.has(each))) {
    const [user] = index.consumers.get(tensor.name ?? '') ?? [];
    if (user !== undefined && !isOp(user, 'Gather')) {
      const inside = subgraphs(user).length > 0;
      add(inside ? `${user.opType} branches and bodies` : describeUser(user, tensor), tensor, inside);
    }
  }
  for (const inner of graph.node.flatMap(subgraphs)) {
    addInner(inner, add);
  }
  return [...groups.values()].sort((a, b) => b.bytes - a.bytes);
}

/** Adds the weights in a graph inside a node, and in graphs inside that. */
function addInner(graph: GraphProto, add: (users: string, tensor: TensorProto, inside: boolean) => void): void {
  const index = indexGraph(graph);
  for (const tensor of [...graph.initializer, ...constantsOf(graph)].filter(isWeight)) {
    const user = firstUser(tensor.name ?? '', index);
    add(`${user?.opType ?? 'weights'} in branches and loops`, tensor, true);
  }
  for (const inner of graph.node.flatMap(subgraphs)) {
    addInner(inner, add);
  }
}

function constantsOf(graph: GraphProto): TensorProto[] {
  return graph.node.flatMap((node) => {
    const tensor = isOp(node, 'Constant') ? attribute(node, 'value')?.t : undefined;
    return tensor === undefined ? [] : [{ ...tensor, name: node.output[0] }];
  });
}

/** Finds the first user of a weight, looking through what only transposes it. */
function firstUser(name: string, index: GraphIndex): NodeProto | undefined {
  const [user] = index.consumers.get(name) ?? [];
  const turns = isOp(user, 'Transpose') || isOp(user, 'Identity') || isOp(user, 'Cast');
  return (turns && user !== undefined ? index.consumers.get(user.output[0])?.[0] : undefined) ?? user;
}

function isWeight(tensor: TensorProto): boolean {
  return tensor.dataType === dataType.float && tensor.dims.length > 1 && elementCount(tensor) >= smallestWeight;
}

function describeUser(node: NodeProto, { dims }: TensorProto): string {
  const byShape = isOp(node, 'MatMul') && dims.length > 2;
  return byShape ? `MatMul with weights of ${dims.length} dimensions` : (node.opType ?? '');
}

/** Less than this share of a model's weights is not worth a word. */
const worthAWord = 0.01;

/**
 * Returns what a user should know of the weights that were left: "1.2 MB of 3.0 MB of weights stay in FP32: LSTM (3)";
 * undefined where it is next to nothing.
 */
export function describeLeft(left: readonly LeftWeights[], fp32Bytes: number): string | undefined {
  const bytes = left.reduce((sum, group) => sum + group.bytes, 0);
  if (bytes === 0 || bytes < worthAWord * fp32Bytes) {
    return undefined;
  }
  const groups = left.map(({ users, tensors }) => `${users} (${tensors})`).join(', ');
  return `${formatBytes(bytes)} of weights stay in FP32: ${groups}`;
}

/**
 * Returns what a variant of a model leaves in FP32, as {@link describeLeft} says it. FP16 leaves what is in branches
 * and loops.
 */
export function leftNote(source: OnnxModel, half: boolean): string | undefined {
  const left = leftWeights(source, reachedWeights(source)).filter(({ inside }) => inside || !half);
  const floats = source.proto.graph.initializer.filter((tensor) => tensor.dataType === dataType.float);
  return describeLeft(
    left,
    floats.reduce((sum, tensor) => sum + 4 * elementCount(tensor), 0),
  );
}

/** Returns the weights of the layers and tables that methods quantize. */
export function reachedWeights(model: OnnxModel): ReadonlySet<TensorProto> {
  return new Set([
    ...linearLayers(model).map(({ weight }) => weight),
    ...embeddingTables(model).map(({ table }) => table),
  ]);
}
