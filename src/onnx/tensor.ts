import { OctavecError, shortened } from '../base/index.js';
import { bfloatsToFloats, halvesToFloats } from '../numbers/index.js';
import { bitsPerElement, byteLength, dataType, dataTypeName } from './element-types.js';
import { isExternal, readExternalData } from './external-data.js';
import { limits } from './limits.js';
import type { TensorProto } from './messages.js';
import type { OnnxModel } from './model.js';
import { typedDataBytes } from './typed-data.js';

/**
 * Counts the elements of a tensor; 1 for a scalar.
 *
 * @example
 * ```ts
 * elementCount({ dims: [384, 1536] }); // 589,824
 * ```
 */
export function elementCount(tensor: { readonly dims: readonly number[] }): number {
  return tensor.dims.includes(0) ? 0 : tensor.dims.reduce((product, dim) => product * dim, 1);
}

/**
 * Returns the data of a tensor as raw little-endian bytes, whichever field or file they stand in. Inline raw data are a
 * view of the model's bytes; typed fields are converted, and external data are read.
 *
 * @throws ONNX_CORRUPT, ONNX_LIMIT, ONNX_UNSUPPORTED (strings), EXTERNAL_DATA
 * @example
 * ```ts
 * const bytes = tensorBytes(model, model.proto.graph.initializer[0]);
 * ```
 */
export function tensorBytes(model: OnnxModel, tensor: TensorProto): Uint8Array {
  const expected = expectedBytes(model.path, tensor);
  if (isExternal(tensor)) {
    return readExternalData(model.path, tensor, expected);
  }
  const bytes = tensor.rawData ?? typedDataBytes(tensor);
  if (bytes === undefined) {
    throw corrupt(model.path, tensor, 'its data are no row of numbers');
  }
  if (bytes.length !== expected) {
    throw corrupt(model.path, tensor, `${bytes.length} bytes of data, type and dimensions ask for ${expected}`);
  }
  return bytes;
}

/**
 * Returns the bytes that a tensor's data take, wherever they are; 0 for strings.
 *
 * @throws as {@link tensorBytes}
 * @example
 * ```ts
 * const sizes = everyTensor(model.proto).map((tensor) => tensorByteLength(model, tensor));
 * ```
 */
export function tensorByteLength(model: OnnxModel, tensor: TensorProto): number {
  return tensor.dataType === dataType.string
    ? tensor.stringData.reduce((sum, text) => sum + text.length, 0)
    : expectedBytes(model.path, tensor);
}

function expectedBytes(path: string, tensor: TensorProto): number {
  const type = tensor.dataType ?? 0;
  if (tensor.dims.length > limits.rank) {
    throw overLimit(path, tensor, `${limits.rank} dimensions`, `${tensor.dims.length} dimensions`);
  }
  if (tensor.dims.some((dim) => dim < 0)) {
    throw corrupt(path, tensor, `dimensions ${tensor.dims.join(' × ')}`);
  }
  if (bitsPerElement(type) === undefined) {
    throw new OctavecError('ONNX_UNSUPPORTED', {
      path,
      what: `${dataTypeName(type)} data in tensor ${quotedName(tensor)}`,
      hint: 'Export the model again with a current exporter.',
    });
  }
  const bytes = byteLength(type, elementCount(tensor)) as number;
  if (bytes > limits.tensorBytes) {
    throw overLimit(path, tensor, `${limits.tensorBytes} bytes in a tensor`, `${tensor.dims.join(' × ')} elements`);
  }
  return bytes;
}

/** Views raw bytes as the typed array of their element type; they are copied only when they are not aligned. */
function aligned<T>(
  bytes: Uint8Array,
  type: { new (buffer: ArrayBufferLike, offset: number, length: number): T; readonly BYTES_PER_ELEMENT: number },
): T {
  const width = type.BYTES_PER_ELEMENT;
  const usable = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return new type(usable.buffer, usable.byteOffset, usable.byteLength / width);
}

/**
 * Returns a tensor of type float, float16, bfloat16 or double as float32 values, [product of dims].
 *
 * @throws ONNX_UNSUPPORTED for other types, and as {@link tensorBytes}
 * @example
 * ```ts
 * const weights = tensorFloats(model, model.proto.graph.initializer[0]);
 * ```
 */
export function tensorFloats(model: OnnxModel, tensor: TensorProto): Float32Array {
  const bytes = tensorBytes(model, tensor);
  switch (tensor.dataType) {
    case dataType.float:
      return aligned(bytes, Float32Array);
    case dataType.float16:
      return halvesToFloats(aligned(bytes, Uint16Array));
    case dataType.bfloat16:
      return bfloatsToFloats(aligned(bytes, Uint16Array));
    case dataType.double:
      return new Float32Array(aligned(bytes, Float64Array));
  }
  throw notOfKind(model, tensor, 'floating-point numbers');
}

/**
 * Returns a tensor of an integer type or bool as numbers, [product of dims]. It is meant for shapes, axes and indices,
 * not for weights. 64-bit integers beyond ±2^53 become the nearest number.
 *
 * @throws ONNX_UNSUPPORTED for other types, and as {@link tensorBytes}
 * @example
 * ```ts
 * const shape = tensorIntegers(model, shapeTensor); // [0, -1, 12, 32]
 * ```
 */
export function tensorIntegers(model: OnnxModel, tensor: TensorProto): number[] {
  const bytes = tensorBytes(model, tensor);
  switch (tensor.dataType) {
    case dataType.int64:
      return Array.from(aligned(bytes, BigInt64Array), Number);
    case dataType.uint64:
      return Array.from(aligned(bytes, BigUint64Array), Number);
    case dataType.uint32:
      return Array.from(aligned(bytes, Uint32Array));
    case dataType.int32:
      return Array.from(aligned(bytes, Int32Array));
    case dataType.int16:
      return Array.from(aligned(bytes, Int16Array));
    case dataType.uint16:
      return Array.from(aligned(bytes, Uint16Array));
    case dataType.int8:
      return Array.from(aligned(bytes, Int8Array));
    case dataType.uint8:
    case dataType.bool:
      return Array.from(bytes);
  }
  throw notOfKind(model, tensor, 'integers');
}

function notOfKind(model: OnnxModel, tensor: TensorProto, wanted: string): OctavecError {
  return new OctavecError('ONNX_UNSUPPORTED', {
    path: model.path,
    what: `tensor ${quotedName(tensor)} of type ${dataTypeName(tensor.dataType)}, where ${wanted} are expected,`,
    hint: 'Export the model again with a current exporter.',
  });
}

function corrupt(path: string, tensor: TensorProto, why: string): OctavecError {
  return new OctavecError('ONNX_CORRUPT', { path, where: `tensor ${quotedName(tensor)}`, why });
}

function overLimit(path: string, tensor: TensorProto, limit: string, found: string): OctavecError {
  return new OctavecError('ONNX_LIMIT', { path, limit, found: `tensor ${quotedName(tensor)} has ${found}` });
}

function quotedName(tensor: TensorProto): string {
  return `"${shortened(tensor.name ?? '')}"`;
}
