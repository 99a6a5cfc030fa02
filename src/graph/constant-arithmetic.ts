import { dataType, elementCount, makeTensor, type OnnxModel, type TensorProto, tensorBytes } from '../onnx/index.js';
import { rowMajorStrides, stridedCopy } from './strided-copy.js';

/** Values of a tensor in an array of its own type. */
type Numbers = Float32Array | Float64Array | Int32Array | BigInt64Array;

/** What an operator does with two numbers of each kind; undefined where the result is not defined. */
export interface Arithmetic {
  readonly floats: (a: number, b: number) => number;
  readonly int32: (a: number, b: number) => number | undefined;
  readonly int64: (a: bigint, b: bigint) => bigint | undefined;
}

/** The operators of the standard domain by name. Integers wrap, and are divided towards zero. */
export const arithmetics: Readonly<Record<string, Arithmetic>> = {
  Add: { floats: (a, b) => a + b, int32: (a, b) => a + b, int64: (a, b) => a + b },
  Sub: { floats: (a, b) => a - b, int32: (a, b) => a - b, int64: (a, b) => a - b },
  Mul: { floats: (a, b) => a * b, int32: Math.imul, int64: (a, b) => a * b },
  Div: {
    floats: (a, b) => a / b,
    int32: (a, b) => (b === 0 ? undefined : a / b),
    int64: (a, b) => (b === 0n ? undefined : a / b),
  },
};

/** Shapes that broadcast to more elements than this have run times compute them. */
const largestBroadcast = 2 ** 24;

/** Elementwise on two tensors of one type, of shapes that broadcast as in NumPy; undefined for other types. */
export function calculate(
  model: OnnxModel,
  operator: Arithmetic,
  left: TensorProto,
  right: TensorProto,
): TensorProto | undefined {
  const dims = broadcastDims(left.dims, right.dims);
  if (dims === undefined || left.dataType !== right.dataType) {
    return undefined;
  }
  const a = operand(model, left, dims);
  const b = operand(model, right, dims);
  if (a === undefined || b === undefined) {
    return undefined;
  }
  const result = elementwise(operator, a, b, elementCount({ dims }));
  return result && makeTensor('', left.dataType ?? 0, dims, result);
}

function elementwise(operator: Arithmetic, a: Numbers, b: Numbers, count: number): Numbers | undefined {
  if (a instanceof BigInt64Array && b instanceof BigInt64Array) {
    return fill(new BigInt64Array(count), operator.int64, a, b);
  }
  if (a instanceof Int32Array && b instanceof Int32Array) {
    return fill(new Int32Array(count), operator.int32, a, b);
  }
  if (a instanceof Float64Array && b instanceof Float64Array) {
    return fill(new Float64Array(count), operator.floats, a, b);
  }
  // The four operations in double precision, rounded once more, are what single precision gives.
  return a instanceof Float32Array && b instanceof Float32Array
    ? fill(new Float32Array(count), operator.floats, a, b)
    : undefined;
}

function fill<T, Result extends { [index: number]: T; readonly length: number }>(
  result: Result,
  operator: (a: T, b: T) => T | undefined,
  a: ArrayLike<T>,
  b: ArrayLike<T>,
): Result | undefined {
  const stepA = a.length === 1 ? 0 : 1;
  const stepB = b.length === 1 ? 0 : 1;
  for (let i = 0; i < result.length; i++) {
    const value = operator(a[i * stepA], b[i * stepB]);
    if (value === undefined) {
      return undefined;
    }
    result[i] = value;
  }
  return result;
}

function broadcastDims(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const dims: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1) {
      return undefined;
    }
    dims.push(m === 1 ? n : m);
  }
  return dims;
}

/** The values of a tensor, repeated to fill `dims`; a single value stays single. */
function operand(model: OnnxModel, tensor: TensorProto, dims: readonly number[]): Numbers | undefined {
  const values = readNumbers(model, tensor);
  const count = elementCount(tensor);
  if (values === undefined || count === 1 || count === elementCount({ dims })) {
    return values;
  }
  if (elementCount({ dims }) > largestBroadcast) {
    return undefined;
  }
  const own = rowMajorStrides(tensor.dims);
  const missing = dims.length - tensor.dims.length;
  const strides = dims.map((_, axis) =>
    axis < missing || tensor.dims[axis - missing] === 1 ? 0 : own[axis - missing],
  );
  const bytes = stridedCopy(tensorBytes(model, tensor), values.BYTES_PER_ELEMENT, dims, strides, 0);
  return readNumbers(model, makeTensor('', tensor.dataType ?? 0, dims, bytes));
}

/** The values of a float, double, int32 or int64 tensor; undefined for other types. */
export function readNumbers(model: OnnxModel, tensor: TensorProto): Numbers | undefined {
  const type = numberArrays[tensor.dataType ?? 0];
  if (type === undefined) {
    return undefined;
  }
  const bytes = tensorBytes(model, tensor);
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new type(aligned.buffer, aligned.byteOffset, aligned.length / type.BYTES_PER_ELEMENT);
}

const numberArrays: Readonly<
  Record<
    number,
    | { new (buffer: ArrayBufferLike, offset: number, length: number): Numbers; readonly BYTES_PER_ELEMENT: number }
    | undefined
  >
> = {
  [dataType.float]: Float32Array,
  [dataType.double]: Float64Array,
  [dataType.int32]: Int32Array,
  [dataType.int64]: BigInt64Array,
};
