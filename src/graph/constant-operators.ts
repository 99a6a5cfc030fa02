import {
  bitsPerElement,
  dataType,
  elementCount,
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

type Inputs = readonly (TensorProto | undefined)[];
type Evaluator = (model: OnnxModel, node: NodeProto, inputs: Inputs) => TensorProto | undefined;

/** Computes a node of the standard domain on constant inputs; undefined if the operator or its form is not known here. */
export function evaluate(model: OnnxModel, node: NodeProto, inputs: Inputs): TensorProto | undefined {
  return evaluators[node.opType ?? '']?.(model, node, inputs);
}

const evaluators: Readonly<Record<string, Evaluator>> = {
  Identity: (_model, _node, [data]) => data,
  Shape: (_model, node, [data]) => shape(node, data),
  Cast: cast,
  Reshape: reshape,
  Squeeze: (model, node, inputs) => reshapeTo(model, inputs[0], squeezedDims(model, node, inputs)),
  Unsqueeze: (model, node, inputs) => reshapeTo(model, inputs[0], unsqueezedDims(model, node, inputs)),
  Transpose: transpose,
  Gather: gather,
  Slice: slice,
  Concat: concat,
  Add: arithmetic(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  Sub: arithmetic(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  Mul: arithmetic(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  Div: arithmetic(
    (a, b) => a / b,
    (a, b) => (b === 0n ? undefined : a / b),
  ),
};

function shape(node: NodeProto, data: TensorProto | undefined): TensorProto | undefined {
  if (data === undefined) {
    return undefined;
  }
  const dims = data.dims.slice(intAttribute(node, 'start') ?? 0, intAttribute(node, 'end'));
  return int64Tensor('', [dims.length], dims);
}

/** Between integers, bool, float and double. Other pairs stay for the run time. */
function cast(model: OnnxModel, node: NodeProto, [data]: Inputs): TensorProto | undefined {
  const to = intAttribute(node, 'to');
  const values = data && readNumbers(model, data);
  if (data === undefined || values === undefined || to === undefined) {
    return undefined;
  }
  if (to === dataType.float || to === dataType.double) {
    return writeNumbers(to, data.dims, Float64Array.from(values as ArrayLike<number | bigint>, Number));
  }
  if (values instanceof BigInt64Array && (to === dataType.int64 || to === dataType.int32)) {
    return writeNumbers(to, data.dims, values);
  }
  return undefined;
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
  if (data === undefined || dims === undefined || elementCount({ dims }) !== elementCount(data)) {
    return undefined;
  }
  return makeTensor('', data.dataType ?? 0, dims, tensorBytes(model, data));
}

function axesOf(model: OnnxModel, node: NodeProto, inputs: Inputs): number[] | undefined {
  return inputs[1] === undefined ? intsAttribute(node, 'axes') : tensorIntegers(model, inputs[1]);
}

function squeezedDims(model: OnnxModel, node: NodeProto, inputs: Inputs): number[] | undefined {
  const dims = inputs[0]?.dims;
  const axes = axesOf(model, node, inputs)?.map((axis) => axis + (axis < 0 ? (dims?.length ?? 0) : 0));
  return dims?.filter((dim, i) => (axes === undefined ? dim !== 1 : !axes.includes(i)));
}

function unsqueezedDims(model: OnnxModel, node: NodeProto, inputs: Inputs): number[] | undefined {
  const dims = inputs[0]?.dims;
  const axes = axesOf(model, node, inputs);
  if (dims === undefined || axes === undefined) {
    return undefined;
  }
  const rank = dims.length + axes.length;
  const result = [...dims];
  for (const axis of axes.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b)) {
    result.splice(axis, 0, 1);
  }
  return result;
}

function transpose(model: OnnxModel, node: NodeProto, [data]: Inputs): TensorProto | undefined {
  if (data === undefined) {
    return undefined;
  }
  const rank = data.dims.length;
  const perm = intsAttribute(node, 'perm') ?? data.dims.map((_, i) => rank - 1 - i);
  const dims = perm.map((axis) => data.dims[axis]);
  const sourceStrides = strides(data.dims);
  return pick(
    model,
    data,
    dims,
    perm.map((axis) => sourceStrides[axis]),
    0,
  );
}

/** Gather of one or several entries along the first axis or of a vector: what assembles shapes. */
function gather(model: OnnxModel, node: NodeProto, [data, indices]: Inputs): TensorProto | undefined {
  if (
    data === undefined ||
    indices === undefined ||
    (intAttribute(node, 'axis') ?? 0) !== 0 ||
    data.dims.length !== 1
  ) {
    return undefined;
  }
  const length = data.dims[0];
  const chosen = tensorIntegers(model, indices).map((i) => (i < 0 ? i + length : i));
  if (chosen.some((i) => i < 0 || i >= length)) {
    return undefined;
  }
  return copyElements(model, data, indices.dims, Float64Array.from(chosen));
}

/** Slices with the bounds as inputs (opset 10 and later). */
function slice(model: OnnxModel, _node: NodeProto, [data, starts, ends, axes, steps]: Inputs): TensorProto | undefined {
  if (data === undefined || starts === undefined || ends === undefined) {
    return undefined;
  }
  const from = tensorIntegers(model, starts);
  const to = tensorIntegers(model, ends);
  const step = steps === undefined ? from.map(() => 1) : tensorIntegers(model, steps);
  const axis = axes === undefined ? from.map((_, i) => i) : tensorIntegers(model, axes);
  if (step.some((value) => value !== 1)) {
    return undefined;
  }
  const dims = [...data.dims];
  const sourceStrides = strides(data.dims);
  let offset = 0;
  for (const [i, rawAxis] of axis.entries()) {
    const along = rawAxis < 0 ? rawAxis + dims.length : rawAxis;
    const size = data.dims[along];
    const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + size : position, 0), size);
    dims[along] = Math.max(clamp(to[i]) - clamp(from[i]), 0);
    offset += clamp(from[i]) * sourceStrides[along];
  }
  return pick(model, data, dims, sourceStrides, offset);
}

/** Concat of vectors: what assembles shapes. */
function concat(model: OnnxModel, _node: NodeProto, inputs: Inputs): TensorProto | undefined {
  const pieces: Uint8Array[] = [];
  for (const tensor of inputs) {
    if (tensor === undefined || tensor.dims.length !== 1 || tensor.dataType !== inputs[0]?.dataType) {
      return undefined;
    }
    pieces.push(tensorBytes(model, tensor));
  }
  const count = inputs.reduce((sum, tensor) => sum + (tensor?.dims[0] ?? 0), 0);
  return makeTensor('', inputs[0]?.dataType ?? 0, [count], new Uint8Array(Buffer.concat(pieces)));
}

/** Elementwise on float or integer tensors of the same shape, or where one side is a scalar. */
function arithmetic(
  floats: (a: number, b: number) => number,
  integers: (a: bigint, b: bigint) => bigint | undefined,
): Evaluator {
  return (model, _node, [left, right]) => {
    const a = left && readNumbers(model, left);
    const b = right && readNumbers(model, right);
    if (
      left === undefined ||
      right === undefined ||
      a === undefined ||
      b === undefined ||
      left.dataType !== right.dataType
    ) {
      return undefined;
    }
    const sameShape = left.dims.join() === right.dims.join();
    if (!sameShape && a.length !== 1 && b.length !== 1) {
      return undefined;
    }
    const dims = a.length === 1 && !(b.length === 1 && left.dims.length > right.dims.length) ? right.dims : left.dims;
    const count = elementCount({ dims });
    const at = <T>(values: ArrayLike<T>, i: number): T => values[values.length === 1 ? 0 : i];
    if (a instanceof Float64Array && b instanceof Float64Array) {
      const result = Float64Array.from({ length: count }, (_, i) => floats(at(a, i), at(b, i)));
      return writeNumbers(left.dataType ?? 0, dims, result);
    }
    if (!(a instanceof BigInt64Array) || !(b instanceof BigInt64Array)) {
      return undefined;
    }
    const result = new BigInt64Array(count);
    for (let i = 0; i < count; i++) {
      const value = integers(at(a, i), at(b, i));
      if (value === undefined) {
        return undefined;
      }
      result[i] = value;
    }
    return writeNumbers(left.dataType ?? 0, dims, result);
  };
}

function readNumbers(model: OnnxModel, tensor: TensorProto): Float64Array | BigInt64Array | undefined {
  const bytes = tensorBytes(model, tensor).slice();
  switch (tensor.dataType) {
    case dataType.float:
      return Float64Array.from(new Float32Array(bytes.buffer));
    case dataType.double:
      return new Float64Array(bytes.buffer);
    case dataType.int64:
      return new BigInt64Array(bytes.buffer);
    case dataType.int32:
      return BigInt64Array.from(new Int32Array(bytes.buffer), BigInt);
    case dataType.bool:
      return BigInt64Array.from(bytes, BigInt);
  }
  return undefined;
}

function writeNumbers(
  type: number,
  dims: readonly number[],
  values: Float64Array | BigInt64Array,
): TensorProto | undefined {
  if (values instanceof BigInt64Array) {
    return type === dataType.int64
      ? makeTensor('', type, dims, values)
      : type === dataType.int32
        ? makeTensor('', type, dims, Int32Array.from(values, Number))
        : undefined;
  }
  return type === dataType.float
    ? makeTensor('', type, dims, Float32Array.from(values))
    : type === dataType.double
      ? makeTensor('', type, dims, values)
      : undefined;
}

/** Elements between neighbours along each axis of a row-major tensor. */
function strides(dims: readonly number[]): number[] {
  const result = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) {
    result[axis] = result[axis + 1] * dims[axis + 1];
  }
  return result;
}

/** A tensor whose element at (i, j, …) is the source's at offset + i · stride₀ + j · stride₁ + … */
function pick(
  model: OnnxModel,
  data: TensorProto,
  dims: readonly number[],
  sourceStrides: readonly number[],
  offset: number,
): TensorProto | undefined {
  const sources = new Float64Array(elementCount({ dims }));
  const position = dims.map(() => 0);
  let source = offset;
  for (let i = 0; i < sources.length; i++) {
    sources[i] = source;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      source += sourceStrides[axis];
      if (++position[axis] < dims[axis]) {
        break;
      }
      source -= sourceStrides[axis] * dims[axis];
      position[axis] = 0;
    }
  }
  return copyElements(model, data, dims, sources);
}

function copyElements(
  model: OnnxModel,
  data: TensorProto,
  dims: readonly number[],
  sources: Float64Array,
): TensorProto | undefined {
  const width = (bitsPerElement(data.dataType ?? 0) ?? 0) / 8;
  if (!Number.isInteger(width) || width === 0) {
    return undefined;
  }
  const from = tensorBytes(model, data);
  const to = new Uint8Array(sources.length * width);
  if (width === 4) {
    // Weights: whole words at a time.
    const words = new Uint32Array(
      from.byteOffset % 4 === 0 ? from.buffer : from.slice().buffer,
      from.byteOffset % 4 === 0 ? from.byteOffset : 0,
      from.byteLength / 4,
    );
    const result = new Uint32Array(to.buffer);
    for (let i = 0; i < sources.length; i++) {
      result[i] = words[sources[i]];
    }
  } else {
    for (let i = 0; i < sources.length; i++) {
      to.set(from.subarray(sources[i] * width, (sources[i] + 1) * width), i * width);
    }
  }
  return makeTensor('', data.dataType ?? 0, dims, to);
}
