import {
  dataType,
  intAttribute,
  isOp,
  type NodeProto,
  type TensorProto,
  tensorFloats,
  tensorIntegers,
} from '../onnx/index.js';
import { constantOf, isVector, maker, original } from './copies.js';
import { type MatrixProduct, readProduct } from './matrix-product.js';
import { matchNorm } from './norm.js';
import type { Prober } from './probe.js';
import { type StoredBlocks, type StoredWeights, storedBlocks, storedWeights } from './stored-weights.js';

/** A linear layer that makes a value: all columns of a weight tensor. */
export interface LinearMatch {
  /** What goes in, behind copies, and before a factor. */
  readonly input: string;
  readonly weights: TensorProto | StoredBlocks;
  readonly transposed: boolean;
  readonly inputs: number;
  readonly columns: number;
  readonly bias?: TensorProto;
  readonly scale?: Float32Array;
  readonly factor?: TensorProto;
}

/** Finds the linear layer that makes a value, with its bias. Returns undefined if there is none. */
export function matchLinear(graph: Prober, value: string): LinearMatch | undefined {
  const node = maker(graph, value);
  if (isOp(node, 'Add')) {
    for (const [product, added] of [node.input, [...node.input].reverse()]) {
      const bias = constantOf(graph, added);
      const match = bias === undefined ? undefined : matchProduct(graph, product);
      if (match !== undefined && bias !== undefined && isVector(bias, match.columns)) {
        return { ...match, bias };
      }
    }
    return undefined;
  }
  return matchProduct(graph, value);
}

function matchProduct(graph: Prober, value: string): LinearMatch | undefined {
  const node = maker(graph, value);
  const product = readProduct(node);
  if (product !== undefined) {
    return matchPlain(graph, product);
  }
  if (isOp(node, 'MatMulNBits', 'com.microsoft')) {
    return matchBlocks(graph, node);
  }
  // Gemm takes matrices only, so that exporters flatten the batch before it and restore it behind.
  if (isOp(node, 'Reshape') && isOp(maker(graph, node.input[0]), 'Gemm')) {
    const match = matchProduct(graph, node.input[0]);
    const flattened = match === undefined ? undefined : maker(graph, match.input);
    return match !== undefined && isOp(flattened, 'Reshape')
      ? { ...match, input: original(graph, flattened.input[0]) }
      : match;
  }
  return isOp(node, 'Mul') ? matchInteger(graph, node.input) : undefined;
}

function matchPlain(graph: Prober, product: MatrixProduct): LinearMatch | undefined {
  const { input, weight, transposed } = product;
  const stored = storedWeights(graph, weight, transposed);
  const match = stored && plain(graph, input, stored, transposed);
  if (match === undefined || product.bias === undefined) {
    return match;
  }
  const bias = constantOf(graph, product.bias);
  return bias !== undefined && isVector(bias, match.columns) ? { ...match, bias } : undefined;
}

/**
 * Matches weights in blocks of few bits, [columns × inputs]. Those whose inputs are in another order (g_idx) are not
 * taken.
 */
function matchBlocks(graph: Prober, node: NodeProto): LinearMatch | undefined {
  const [input, codes, scales, zeroPoints, order, added] = node.input;
  const [inputs, columns] = [intAttribute(node, 'K') ?? 0, intAttribute(node, 'N') ?? 0];
  const weights = order ? undefined : storedBlocks(graph, node, [columns, inputs], { codes, scales, zeroPoints });
  const bias = added ? constantOf(graph, added) : undefined;
  if (weights === undefined || (added && (bias === undefined || !isVector(bias, columns)))) {
    return undefined;
  }
  const match = { input: original(graph, input), weights, transposed: true, inputs, columns, bias };
  return { ...match, ...factorBefore(graph, match) };
}

function plain(graph: Prober, input: string, stored: StoredWeights, transposed: boolean): LinearMatch | undefined {
  const { weights, scale } = stored;
  if (weights.dims.length !== 2) {
    return undefined;
  }
  const [inputs, columns] = transposed ? [weights.dims[1], weights.dims[0]] : weights.dims;
  const match = { input: original(graph, input), weights, transposed, inputs, columns, scale };
  return scale === undefined ? match : { ...match, ...factorBefore(graph, match) };
}

/**
 * Matches Cast(MatMulInteger(q, W)) * (scale of q * scales of W), where q, its scale and zero point come from a
 * DynamicQuantizeLinear: a linear layer quantized to INT8, whose S8 weights are taken as they are.
 */
function matchInteger(graph: Prober, factors: readonly string[]): LinearMatch | undefined {
  for (const [product, scales] of [factors, [...factors].reverse()]) {
    const integer = maker(graph, product);
    const scaling = maker(graph, scales);
    if (!isOp(integer, 'MatMulInteger') || !isOp(scaling, 'Mul')) {
      continue;
    }
    const quantized = graph.index.producers.get(integer.input[0]);
    const weights = constantOf(graph, integer.input[1]);
    const zeroPoint = integer.input[3] ? constantOf(graph, integer.input[3]) : undefined;
    const scale = scaling.input.map((input) => constantOf(graph, input)).find((tensor) => tensor !== undefined);
    const symmetric = zeroPoint === undefined || tensorIntegers(graph.model, zeroPoint).every((zero) => zero === 0);
    if (
      !isOp(quantized, 'DynamicQuantizeLinear') ||
      weights?.dataType !== dataType.int8 ||
      scale === undefined ||
      !symmetric ||
      !scaling.input.some((input) => graph.index.producers.get(original(graph, input)) === quantized)
    ) {
      continue;
    }
    const match = plain(graph, quantized.input[0], { weights }, false);
    const numbers = tensorFloats(graph.model, scale);
    if (match === undefined || (numbers.length !== 1 && numbers.length !== match.columns)) {
      continue;
    }
    const each = numbers.length === 1 ? new Float32Array(match.columns).fill(numbers[0]) : numbers;
    return { ...match, ...factorBefore(graph, match), scale: each };
  }
  return undefined;
}

/**
 * Finds a multiplication by a vector before quantization: the smoothing of outliers. That of a norm belongs to the
 * norm.
 */
function factorBefore(graph: Prober, match: LinearMatch): Pick<LinearMatch, 'input' | 'factor'> {
  const node = maker(graph, match.input);
  if (isOp(node, 'Mul') && matchNorm(graph, match.input) === undefined) {
    for (const [input, factor] of [node.input, [...node.input].reverse()]) {
      const tensor = constantOf(graph, factor);
      if (tensor !== undefined && isVector(tensor, match.inputs)) {
        return { input: original(graph, input), factor: tensor };
      }
    }
  }
  return { input: match.input };
}
