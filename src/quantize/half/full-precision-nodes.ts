import { type ElementTypes, type GraphIndex, indexGraph, inferElementTypes } from '../../graph/index.js';
import {
  dataType,
  elementCount,
  intAttribute,
  isOp,
  type NodeProto,
  normalDomain,
  type OnnxModel,
  subgraphs,
  tensorFloats,
} from '../../onnx/index.js';

/** Squares and sums of many numbers: they leave the range of half precision, or lose an epsilon of 1e-12. */
const sensitive = new Set([
  'CumSum',
  'Exp',
  'Log',
  'LpNormalization',
  'Pow',
  'Range',
  'Reciprocal',
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMean',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
  'RMSNormalization',
  'SimplifiedLayerNormalization',
  'SkipLayerNormalization',
  'SkipSimplifiedLayerNormalization',
  'Sqrt',
]);

/** Angles of rotary positions: at position 8,000 half precision cannot tell neighbours apart. */
const trigonometric = new Set(['Cos', 'Sin']);

/** Operators whose definition knows no half precision, or that ONNX Runtime cannot run on a CPU when they are given it. */
const withoutHalf = new Set([
  'ArrayFeatureExtractor',
  'Bernoulli',
  'Constant',
  'If',
  'IsInf',
  'Loop',
  'Mod',
  'Multinomial',
  'NonMaxSuppression',
  'OneHot',
  'Resize',
  'RoiAlign',
  'Scan',
  'TopK',
  'Upsample',
]);

/** The smallest magnitude that half precision has all its digits for. */
const smallestNormal = 2 ** -14;

/**
 * Returns the nodes that an FP16 model keeps in FP32: operators without a half-precision form, sums of squares with
 * what uses them at once (decomposed LayerNorm and RMSNorm as a whole), everything that leads to rotary angles, and
 * what adds or compares with numbers that half precision rounds to nothing (the 1e-9 that keeps a divisor from 0).
 * LayerNormalization itself computes in FP32 whatever it is given, unless its attribute says otherwise.
 *
 * @param asked nodes that are to be kept in any case
 */
export function fullPrecisionNodes(
  model: OnnxModel,
  asked: ReadonlySet<NodeProto> = new Set(),
): ReadonlySet<NodeProto> {
  const { graph } = model.proto;
  const index = indexGraph(graph);
  const types = inferElementTypes(graph);
  const kept = new Set(asked);
  for (const node of graph.node) {
    const opType = node.opType ?? '';
    const standard = normalDomain(node.domain) === '';
    const halfSums = isOp(node, 'LayerNormalization') && (intAttribute(node, 'stash_type') ?? 1) !== dataType.float;
    if (!standard || withoutHalf.has(opType) || sensitive.has(opType) || subgraphs(node).length > 0 || halfSums) {
      kept.add(node);
    }
    if (standard && trigonometric.has(opType)) {
      keepFloatAncestors(node, index, types, kept);
    }
  }
  const tiny = tinyScalars(model);
  for (const node of graph.node) {
    const follows = elementwise.has(node.opType ?? '') && followsSensitive(node, index);
    if (follows || node.input.some((name) => tiny.has(name)) || isTailOfFullNorm(node, index, kept)) {
      kept.add(node);
    }
  }
  return kept;
}

const elementwise = new Set(['Add', 'Sub', 'Mul', 'Div']);

/**
 * Tells whether a node is the scale or the bias of a decomposed norm whose input is in FP32. ONNX Runtime fuses such
 * norms, looking through the Casts, and refuses the model if input and scale then differ in type. Nodes must come in
 * topological order.
 */
function isTailOfFullNorm(node: NodeProto, index: GraphIndex, kept: ReadonlySet<NodeProto>): boolean {
  const constants = node.input.filter((name) => index.initializers.has(name));
  const [normal] = node.input.flatMap((name) => index.producers.get(name) ?? []);
  if (constants.length !== 1 || normal === undefined || !kept.has(normal) || !elementwise.has(normal.opType ?? '')) {
    return false;
  }
  if (isOp(node, 'Add')) {
    return isTailOfFullNorm(normal, index, kept);
  }
  return isOp(node, 'Mul') && followsSensitive(normal, index) && isFull(normInput(normal, index), index, kept);
}

/** Returns x of (x − mean) / deviation or of x / root. */
function normInput(normal: NodeProto, index: GraphIndex): string {
  const centred = index.producers.get(normal.input[0]);
  return isOp(centred, 'Sub') ? (centred?.input[0] ?? '') : normal.input[0];
}

function isFull(value: string, index: GraphIndex, kept: ReadonlySet<NodeProto>): boolean {
  const producer = index.producers.get(value);
  return producer === undefined || kept.has(producer);
}

/**
 * Keeps what an angle is computed from in FP32, as far as it is a float: integers lose nothing, and lead to the whole
 * model.
 */
function keepFloatAncestors(node: NodeProto, index: GraphIndex, types: ElementTypes, kept: Set<NodeProto>): void {
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    kept.add(next);
    for (const name of next.input) {
      const producer = index.producers.get(name);
      if (producer !== undefined && types.get(name) === dataType.float && !kept.has(producer)) {
        pending.push(producer);
      }
    }
  }
}

/**
 * Tells whether a node belongs to a sensitive result that it uses at once: by subtracting a mean, adding an epsilon, or
 * dividing by a deviation.
 */
function followsSensitive(node: NodeProto, index: GraphIndex): boolean {
  return node.input.some((name) => sensitive.has(index.producers.get(name)?.opType ?? ''));
}

function tinyScalars(model: OnnxModel): ReadonlySet<string> {
  const scalars = model.proto.graph.initializer.filter(
    (tensor) => tensor.dataType === dataType.float && elementCount(tensor) === 1,
  );
  const tiny = scalars.filter((tensor) => {
    const [value] = tensorFloats(model, tensor);
    return value !== 0 && Math.abs(value) < smallestNormal;
  });
  return new Set(tiny.map((tensor) => tensor.name ?? ''));
}
