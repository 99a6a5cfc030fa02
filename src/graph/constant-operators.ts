import {
  attribute,
  bitsPerElement,
  dataType,
  elementCount,
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeTensor,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorBytes,
  tensorIntegers,
} from '../onnx/index.js';
import { arithmetics, calculate, readNumbers } from './constant-arithmetic.js';
import { rowMajorStrides, stridedCopy } from './strided-copy.js';

type Inputs = readonly (TensorProto | undefined)[];
type Evaluator = (model: OnnxModel, node: NodeProto, inputs: Inputs) => TensorProto | undefined;

/**
 * Computes a node of the standard domain on constant inputs. Undefined if the operator or its form is not known here,
 * or if the node makes no sense: then it is the run time's to complain.
 */
export function evaluate(model: OnnxModel, node: NodeProto, inputs: Inputs): TensorProto | undefined {
  if (inputs.some((tensor) => tensor !== undefined && elementBytes(tensor) === undefined)) {
    return undefined;
  }
  const operator = arithmetics[node.opType ?? ''];
  const [left, right] = inputs;
  return operator !== undefined && left !== undefined && right !== undefined
    ? calculate(model, operator, left, right)
    : evaluators[node.opType ?? '']?.(model, node, inputs);
}

const evaluators: Readonly<Record<string, Evaluator>> = {
  Cast: cast,
  Concat: concat,
  ConstantOfShape: constantOfShape,
  Gather: gather,
  Identity: (_model, _node, [data]) => data,
  Reshape: reshape,
  Shape: shape,
  Slice: slice,
  Sqrt: squareRoot,
  Squeeze: (model, node, inputs) => reshapeTo(model, inputs[0], squeezedDims(model, node, inputs)),
  Transpose: transpose,
  Unsqueeze: (model, node, inputs) => reshapeTo(model, inputs[0], unsqueezedDims(model, node, inputs)),
};

/** Bytes of an element; undefined for strings and for what is packed or too wide to be moved about here. */
function elementBytes(tensor: TensorProto): number | undefined {
  const width = (bitsPerElement(tensor.dataType ?? 0) ?? 0) / 8;
  return [1, 2, 4, 8].includes(width) ? width : undefined;
}

function shape(_model: OnnxModel, node: NodeProto, [data]: Inputs): TensorProto | undefined {
  const dims = data?.dims.slice(intAttribute(node, 'start') ?? 0, intAttribute(node, 'end'));
  return dims && int64Tensor('', [dims.length], dims);
}

/** To float, double, int32 and int64 from those and bool, but not from floats to integers. */
function cast(model: OnnxModel, node: NodeProto, [data]: Inputs): TensorProto | undefined {
  const to = intAttribute(node, 'to');
  if (data === undefined || to === undefined) {
    return undefined;
  }
  const values = data.dataType === dataType.bool ? Int32Array.from(tensorBytes(model, data)) : readNumbers(model, data);
  if (values === undefined) {
    return undefined;
  }
  const integers = values instanceof BigInt64Array || values instanceof Int32Array;
  const result = castTo(to, values, integers);
  return result && makeTensor('', to, data.dims, result);
}

function castTo(to: number, values: ArrayLike<number | bigint>, integers: boolean): ArrayBufferView | undefined {
  switch (to) {
    case dataType.float:
      return Float32Array.from(values, Number);
    case dataType.double:
      return Float64Array.from(values, Number);
    case dataType.int32:
      return integers ? Int32Array.from(values, (value) => Number(BigInt.asIntN(32, BigInt(value)))) : undefined;
    case dataType.int64:
      return integers ? BigInt64Array.from(values, BigInt) : undefined;
  }
  return undefined;
}

function squareRoot(model: OnnxModel, _node: NodeProto, [data]: Inputs): TensorProto | undefined {
  const values = data && readNumbers(model, data);
  return data !== undefined && (values instanceof Float32Array || values instanceof Float64Array)
    ? makeTensor('', data.dataType ?? 0, data.dims, values.map(Math.sqrt))
    : undefined;
}

/** Small ones: what stands for a shape or a mask in a chain that is folded. */
function constantOfShape(model: OnnxModel, node: NodeProto, [shapeInput]: Inputs): TensorProto | undefined {
  const dims = shapeInput && tensorIntegers(model, shapeInput);
  const value = attribute(node, 'value')?.t ?? floatTensor('', [1], Float32Array.of(0));
  const width = elementBytes(value);
  const known = dims?.every((dim) => dim >= 0) && elementCount({ dims }) <= 1024 && elementCount(value) === 1;
  if (dims === undefined || !known || width === undefined) {
    return undefined;
  }
  const strides = dims.map(() => 0);
  return makeTensor('', value.dataType ?? 0, dims, stridedCopy(tensorBytes(model, value), width, dims, strides, 0));
}

function reshape(model: OnnxModel, node: NodeProto, [data, target]: Inputs): TensorProto | undefined {
  if (data === undefined || target === undefined || intAttribute(node, 'allowzero') === 1) {
    return undefined;
  }
  const dims = tensorIntegers(model, target).map((dim, i) => (dim === 0 ? data.dims[i] : dim));
  const known = dims.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
  return reshapeTo(
    model,
    data,
    dims.map((dim) => (dim === -1 ? elementCount(data) / known : dim)),
  );
}

function reshapeTo(
  model: OnnxModel,
  data: TensorProto | undefined,
  dims: readonly number[] | undefined,
): TensorProto | undefined {
  const possible = dims?.every((dim) => Number.isInteger(dim) && dim >= 0);
  if (data === undefined || dims === undefined || !possible || elementCount({ dims }) !== elementCount(data)) {
    return undefined;
  }
  return makeTensor('', data.dataType ?? 0, dims, tensorBytes(model, data));
}

/** The axes of a Squeeze or Unsqueeze counted from the front, of `rank` axes; undefined if there are none or wrong ones. */
function axesOf(model: OnnxModel, node: NodeProto, inputs: Inputs, rank: number): Set<number> | undefined {
  const axes = inputs[1] === undefined ? intsAttribute(node, 'axes') : tensorIntegers(model, inputs[1]);
  const counted = new Set(axes?.map((axis) => (axis < 0 ? axis + rank : axis)));
  const valid = [...counted].every((axis) => axis >= 0 && axis < rank) && counted.size === axes?.length;
  return valid ? counted : undefined;
}

function squeezedDims(model: OnnxModel, node: NodeProto, inputs: Inputs): number[] | undefined {
  const dims = inputs[0]?.dims ?? [];
  if (inputs[1] === undefined && attribute(node, 'axes') === undefined) {
    return dims.filter((dim) => dim !== 1);
  }
  const axes = axesOf(model, node, inputs, dims.length);
  return axes && dims.filter((_, axis) => !axes.has(axis));
}

function unsqueezedDims(model: OnnxModel, node: NodeProto, inputs: Inputs): number[] | undefined {
  const dims = [...(inputs[0]?.dims ?? [])];
  const count = inputs[1] === undefined ? intsAttribute(node, 'axes')?.length : elementCount(inputs[1]);
  const rank = dims.length + (count ?? 0);
  const axes = axesOf(model, node, inputs, rank);
  return axes && Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (dims.shift() ?? 1)));
}

function transpose(model: OnnxModel, node: NodeProto, [data]: Inputs): TensorProto | undefined {
  if (data === undefined) {
    return undefined;
  }
  const axes = data.dims.map((_, axis) => axis);
  const perm = intsAttribute(node, 'perm') ?? axes.toReversed();
  if (perm.toSorted((a, b) => a - b).join() !== axes.join()) {
    return undefined;
  }
  const strides = rowMajorStrides(data.dims);
  return pick(
    model,
    data,
    perm.map((axis) => data.dims[axis]),
    perm.map((axis) => strides[axis]),
    0,
  );
}

/** Gather of entries of a vector: what assembles shapes. */
function gather(model: OnnxModel, _node: NodeProto, [data, indices]: Inputs): TensorProto | undefined {
  if (data?.dims.length !== 1 || indices === undefined || elementCount(indices) > 1024) {
    return undefined;
  }
  const [length] = data.dims;
  const chosen = tensorIntegers(model, indices).map((i) => (i < 0 ? i + length : i));
  if (chosen.some((i) => i < 0 || i >= length)) {
    return undefined;
  }
  const width = elementBytes(data) ?? 1;
  const bytes = tensorBytes(model, data);
  const pieces = chosen.map((i) => bytes.subarray(i * width, (i + 1) * width));
  return makeTensor('', data.dataType ?? 0, indices.dims, new Uint8Array(Buffer.concat(pieces)));
}

/** Slices with the bounds as inputs (opset 10 and later). */
function slice(model: OnnxModel, _node: NodeProto, [data, starts, ends, axes, steps]: Inputs): TensorProto | undefined {
  if (data === undefined || starts === undefined || ends === undefined) {
    return undefined;
  }
  const rank = data.dims.length;
  const from = tensorIntegers(model, starts);
  const to = tensorIntegers(model, ends);
  const step = steps === undefined ? from.map(() => 1) : tensorIntegers(model, steps);
  const axis = axes === undefined ? from.map((_, i) => i) : tensorIntegers(model, axes);
  const along = axis.map((i) => (i < 0 ? i + rank : i));
  const valid = along.every((i) => i >= 0 && i < rank) && new Set(along).size === from.length;
  if (!valid || to.length !== from.length || step.some((value) => value !== 1)) {
    return undefined;
  }
  const dims = [...data.dims];
  const strides = rowMajorStrides(data.dims);
  let offset = 0;
  for (const [i, sliced] of along.entries()) {
    const size = data.dims[sliced];
    // Bounds may lie far outside: INT64_MAX stands for the end.
    const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + size : position, 0), size);
    dims[sliced] = Math.max(clamp(to[i]) - clamp(from[i]), 0);
    offset += clamp(from[i]) * strides[sliced];
  }
  return pick(model, data, dims, strides, offset);
}

/** Concat of vectors: what assembles shapes. */
function concat(model: OnnxModel, _node: NodeProto, inputs: Inputs): TensorProto | undefined {
  const vectors = inputs.filter((tensor) => tensor?.dims.length === 1 && tensor.dataType === inputs[0]?.dataType);
  if (vectors.length < inputs.length) {
    return undefined;
  }
  const pieces = vectors.map((tensor) => tensorBytes(model, tensor as TensorProto));
  const count = vectors.reduce((sum, tensor) => sum + (tensor?.dims[0] ?? 0), 0);
  return makeTensor('', inputs[0]?.dataType ?? 0, [count], new Uint8Array(Buffer.concat(pieces)));
}

function pick(
  model: OnnxModel,
  data: TensorProto,
  dims: readonly number[],
  strides: readonly number[],
  offset: number,
): TensorProto {
  const bytes = stridedCopy(tensorBytes(model, data), elementBytes(data) ?? 1, dims, strides, offset);
  return makeTensor('', data.dataType ?? 0, dims, bytes);
}
