import { type GraphIndex, indexGraph } from '../graph/index.js';
import { type GraphProto, type NodeProto, normalDomain, subgraphs } from '../onnx/index.js';

/** Squares and sums of many numbers: they leave the range of half precision, or lose an epsilon of 1e-12. */
const sensitive = new Set([
  'CumSum',
  'Exp',
  'LayerNormalization',
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
  'If',
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

/**
 * The nodes that an FP16 model keeps in FP32: operators without a half-precision form, sums of squares with what
 * uses them at once (decomposed LayerNorm and RMSNorm as a whole), and everything that leads to rotary angles.
 */
export function fullPrecisionNodes(graph: GraphProto): ReadonlySet<NodeProto> {
  const index = indexGraph(graph);
  const kept = new Set<NodeProto>();
  for (const node of graph.node) {
    const opType = node.opType ?? '';
    const standard = normalDomain(node.domain) === '';
    if (!standard || withoutHalf.has(opType) || sensitive.has(opType) || subgraphs(node).length > 0) {
      kept.add(node);
    }
    if (standard && trigonometric.has(opType)) {
      keepAncestors(node, index, kept);
    }
  }
  for (const node of graph.node) {
    if (elementwise.has(node.opType ?? '') && followsSensitive(node, index)) {
      kept.add(node);
    }
  }
  return kept;
}

const elementwise = new Set(['Add', 'Sub', 'Mul', 'Div']);

function keepAncestors(node: NodeProto, index: GraphIndex, kept: Set<NodeProto>): void {
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    kept.add(next);
    for (const name of next.input) {
      const producer = index.producers.get(name);
      if (producer !== undefined && !kept.has(producer)) {
        pending.push(producer);
      }
    }
  }
}

/** Subtracting a mean, adding an epsilon, dividing by a deviation: what uses a sensitive result at once belongs to it. */
function followsSensitive(node: NodeProto, index: GraphIndex): boolean {
  return node.input.some((name) => sensitive.has(index.producers.get(name)?.opType ?? ''));
}
