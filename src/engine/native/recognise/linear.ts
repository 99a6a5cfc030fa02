import {
  dataType,
  intAttribute,
  type NodeProto,
  type TensorProto,
  tensorFloats,
  tensorIntegers,
} from '../../../onnx/index.js';
import { constantOf, type GraphView, isA, maker, original } from './graph-view.js';
import { type BlockMatrix, blockMatrix, type StoredWeights, storedWeights } from './weights.js';

/** A linear layer that makes a value: all columns of a weight tensor. */
export interface LinearMatch {
  /** What goes in, behind copies, and before a factor. */
  readonly input: string;
  readonly weights: TensorProto | BlockMatrix;
  readonly transposed: boolean;
  readonly inputs: number;
  readonly columns: number;
  readonly bias?: TensorProto;
  readonly scale?: Float32Array;
  readonly factor?: TensorProto;
}

/** The linear layer that makes a value, with its bias; undefined if there is none. */
export function matchLinear(view: GraphView, value: string): LinearMatch | undefined {
  const node = maker(view, value);
  if (isA(node, 'Add')) {
    for (const [product, added] of [node.input, [...node.input].reverse()]) {
      const bias = constantOf(view, added);
      const match = bias === undefined ? undefined : matchProduct(view, product);
      if (match !== undefined && bias !== undefined && isVector(bias, match.columns)) {
        return { ...match, bias };
      }
    }
    return undefined;
  }
  return matchProduct(view, value);
}

function matchProduct(view: GraphView, value: string): LinearMatch | undefined {
  const node = maker(view, value);
  if (isA(node, 'MatMul')) {
    const stored = storedWeights(view, node.input[1], false);
    return stored && plain(view, node.input[0], stored, false);
  }
  if (isA(node, 'MatMulNBits')) {
    return matchBlocks(view, node);
  }
  if (isA(node, 'Gemm')) {
    return matchGemm(view, value);
  }
  // Gemm takes matrices only, so that exporters flatten the batch before it and restore it behind.
  if (isA(node, 'Reshape') && isA(maker(view, node.input[0]), 'Gemm')) {
    const match = matchGemm(view, node.input[0]);
    const flattened = match === undefined ? undefined : maker(view, match.input);
    return match !== undefined && isA(flattened, 'Reshape')
      ? { ...match, input: original(view, flattened.input[0]) }
      : match;
  }
  return isA(node, 'Mul') ? matchInteger(view, node.input) : undefined;
}

function matchGemm(view: GraphView, value: string): LinearMatch | undefined {
  const node = maker(view, value);
  const transposed = node !== undefined && intAttribute(node, 'transB') === 1;
  const stored = node === undefined ? undefined : storedWeights(view, node.input[1], transposed);
  const usual = (name: string) => (node?.attribute.find((entry) => entry.name === name)?.f ?? 1) === 1;
  if (node === undefined || stored === undefined || intAttribute(node, 'transA') === 1 || !usual('alpha')) {
    return undefined;
  }
  const match = plain(view, node.input[0], stored, transposed);
  const bias = node.input[2] ? constantOf(view, node.input[2]) : undefined;
  if (
    match === undefined ||
    (node.input[2] && (bias === undefined || !isVector(bias, match.columns) || !usual('beta')))
  ) {
    return undefined;
  }
  return { ...match, bias };
}

/** Weights in blocks of few bits, [columns × inputs]. Those whose inputs are in another order (g_idx) are not taken. */
function matchBlocks(view: GraphView, node: NodeProto): LinearMatch | undefined {
  const [input, codes, scales, zeroPoints, order, added] = node.input;
  const [inputs, columns] = [intAttribute(node, 'K') ?? 0, intAttribute(node, 'N') ?? 0];
  const weights = order ? undefined : blockMatrix(view, node, [columns, inputs], { codes, scales, zeroPoints });
  const bias = added ? constantOf(view, added) : undefined;
  if (weights === undefined || (added && (bias === undefined || !isVector(bias, columns)))) {
    return undefined;
  }
  return { input: original(view, input), weights, transposed: true, inputs, columns, bias };
}

function plain(view: GraphView, input: string, stored: StoredWeights, transposed: boolean): LinearMatch | undefined {
  const { weights, scale } = stored;
  if (weights.dims.length !== 2) {
    return undefined;
  }
  const [inputs, columns] = transposed ? [weights.dims[1], weights.dims[0]] : weights.dims;
  const match = { input: original(view, input), weights, transposed, inputs, columns, scale };
  return scale === undefined ? match : { ...match, ...factorBefore(view, match) };
}

/**
 * Cast(MatMulInteger(q, W)) * (scale of q * scales of W), where q, its scale and zero point are those of a
 * DynamicQuantizeLinear: a linear layer quantized to INT8, whose S8 weights are taken as they are.
 */
function matchInteger(view: GraphView, factors: readonly string[]): LinearMatch | undefined {
  for (const [product, scales] of [factors, [...factors].reverse()]) {
    const integer = maker(view, product);
    const scaling = maker(view, scales);
    if (!isA(integer, 'MatMulInteger') || !isA(scaling, 'Mul')) {
      continue;
    }
    const quantized = view.producer(integer.input[0]);
    const weights = constantOf(view, integer.input[1]);
    const zeroPoint = integer.input[3] ? constantOf(view, integer.input[3]) : undefined;
    const scale = scaling.input.map((input) => constantOf(view, input)).find((tensor) => tensor !== undefined);
    const symmetric = zeroPoint === undefined || tensorIntegers(view.model, zeroPoint).every((zero) => zero === 0);
    if (
      !isA(quantized, 'DynamicQuantizeLinear') ||
      weights?.dataType !== dataType.int8 ||
      scale === undefined ||
      !symmetric ||
      !scaling.input.some((input) => view.producer(original(view, input)) === quantized)
    ) {
      continue;
    }
    const match = plain(view, quantized.input[0], { weights }, false);
    const numbers = tensorFloats(view.model, scale);
    if (match === undefined || (numbers.length !== 1 && numbers.length !== match.columns)) {
      continue;
    }
    const each = numbers.length === 1 ? new Float32Array(match.columns).fill(numbers[0]) : numbers;
    return { ...match, ...factorBefore(view, match), scale: each };
  }
  return undefined;
}

/** A multiplication by a vector before quantization: smoothing of outliers. */
function factorBefore(view: GraphView, match: LinearMatch): Pick<LinearMatch, 'input' | 'factor'> {
  const node = maker(view, match.input);
  if (isA(node, 'Mul')) {
    for (const [input, factor] of [node.input, [...node.input].reverse()]) {
      const tensor = constantOf(view, factor);
      if (tensor !== undefined && isVector(tensor, match.inputs)) {
        return { input: original(view, input), factor: tensor };
      }
    }
  }
  return { input: match.input };
}

/** One number for each of `width` columns, in any shape that spreads over rows. */
export function isVector(tensor: TensorProto, width: number): boolean {
  const { dims } = tensor;
  return dims.at(-1) === width && dims.slice(0, -1).every((dim) => dim === 1);
}
