import { constantOf, constantScalar, type GraphIndex, soleConsumer } from '../graph/index.js';
import {
  dataType,
  intAttribute,
  intsAttribute,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorIntegers,
} from '../onnx/index.js';

export interface LayerNormMatch {
  readonly input: string;
  /** Names of constant vectors. */
  readonly scale: string;
  readonly bias?: string;
  readonly epsilon: number;
  /** The node whose output the norm gives. */
  readonly last: NodeProto;
}

type RankOf = (value: string) => number | undefined;

/** Returns the LayerNorm over the last axis whose multiplication by the scale is `node`; undefined if it is none. */
export function matchLayerNorm(
  model: OnnxModel,
  node: NodeProto,
  index: GraphIndex,
  rankOf: RankOf,
): LayerNormMatch | undefined {
  const scaled = withVector(node, 'Mul', index);
  const quotient = scaled && index.producers.get(scaled.value);
  const [centred, root] = isOp(quotient, 'Div') ? (quotient?.input ?? []) : [];
  const input = centred && centredValue(centred, index, model, rankOf);
  const variance = input && root ? epsilonOf(root, index, model) : undefined;
  const squared = variance && meanOf(variance.value, index, model, rankOf);
  const base = squared && squareOf(squared, index, model);
  // The difference may have been written out twice.
  const same = base !== undefined && (base === centred || centredValue(base, index, model, rankOf) === input);
  if (scaled === undefined || !input || variance === undefined || !same) {
    return undefined;
  }
  const follower = soleConsumer(index, node.output[0]);
  const biased = follower && withVector(follower, 'Add', index);
  const bias = biased?.vector.dims[0] === scaled.vector.dims[0] ? biased.vector.name : undefined;
  const { epsilon } = variance;
  const scale = scaled.vector.name ?? '';
  return bias !== undefined && follower !== undefined
    ? { input, scale, bias, epsilon, last: follower }
    : { input, scale, epsilon, last: node };
}

/** Splits an Add or Mul of a value and a constant float vector into its two sides. */
function withVector(
  node: NodeProto,
  opType: string,
  index: GraphIndex,
): { value: string; vector: TensorProto } | undefined {
  const [left, right] = node.input;
  for (const [value, constant] of isOp(node, opType)
    ? [
        [left, right],
        [right, left],
      ]
    : []) {
    const vector = constantOf(constant, index);
    if (vector?.dataType === dataType.float && vector.dims.length === 1 && vector.dims[0] > 1) {
      return { value, vector };
    }
  }
  return undefined;
}

/** Returns x of x − mean(x). */
function centredValue(value: string, index: GraphIndex, model: OnnxModel, rankOf: RankOf): string | undefined {
  const node = index.producers.get(value);
  const [input, mean] = isOp(node, 'Sub') ? (node?.input ?? []) : [];
  return mean !== undefined && meanOf(mean, index, model, rankOf) === input ? input : undefined;
}

/** Returns the value whose mean over the last axis, which is kept, a value is. */
function meanOf(value: string, index: GraphIndex, model: OnnxModel, rankOf: RankOf): string | undefined {
  const node = index.producers.get(value);
  if (node === undefined || !isOp(node, 'ReduceMean') || intAttribute(node, 'keepdims') === 0) {
    return undefined;
  }
  const axesInput = constantOf(node.input[1] ?? '', index);
  const axes = intsAttribute(node, 'axes') ?? (axesInput && tensorIntegers(model, axesInput));
  const rank = rankOf(node.input[0]);
  const isLast = axes?.length === 1 && (axes[0] === -1 || (rank !== undefined && axes[0] === rank - 1));
  return isLast ? node.input[0] : undefined;
}

/** Returns variance and ε of √(variance + ε). */
function epsilonOf(root: string, index: GraphIndex, model: OnnxModel): { value: string; epsilon: number } | undefined {
  const node = index.producers.get(root);
  const sum = isOp(node, 'Sqrt') ? index.producers.get(node?.input[0] ?? '') : undefined;
  const [left, right] = isOp(sum, 'Add') ? (sum?.input ?? []) : [];
  for (const [value, constant] of [
    [left, right],
    [right, left],
  ]) {
    const epsilon = constantScalar(constant ?? '', index, model);
    if (epsilon !== undefined) {
      return { value, epsilon };
    }
  }
  return undefined;
}

function squareOf(value: string, index: GraphIndex, model: OnnxModel): string | undefined {
  const node = index.producers.get(value);
  const [base, exponent] = node?.input ?? [];
  const isSquare =
    (isOp(node, 'Pow') && constantScalar(exponent, index, model) === 2) || (isOp(node, 'Mul') && base === exponent);
  return isSquare ? base : undefined;
}
