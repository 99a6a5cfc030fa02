import { bytesOf } from '../base/index.js';
import { dataType } from './element-types.js';
import type { TensorProto } from './messages.js';

/**
 * Makes a tensor from a typed array whose bytes are its raw data (little-endian, as every platform of Node is).
 *
 * @example
 * ```ts
 * makeTensor('zero', dataType.uint8, [], Uint8Array.of(128));
 * ```
 */
export function makeTensor(name: string, type: number, dims: readonly number[], data: ArrayBufferView): TensorProto {
  return {
    name,
    dataType: type,
    dims,
    rawData: bytesOf(data),
    stringData: [],
    externalData: [],
    metadataProps: [],
  };
}

/**
 * Makes a float32 tensor.
 *
 * @example
 * ```ts
 * floatTensor('bias', [3], Float32Array.of(0.1, 0.2, 0.3));
 * ```
 */
export function floatTensor(name: string, dims: readonly number[], data: Float32Array): TensorProto {
  return makeTensor(name, dataType.float, dims, data);
}

/**
 * Makes an int64 tensor, or a scalar if `dims` is empty. Integers beyond the range become its ends, see
 * {@link toInt64}.
 *
 * @example
 * ```ts
 * int64Tensor('shape', [2], [0, -1]);
 * ```
 */
export function int64Tensor(name: string, dims: readonly number[], data: readonly number[]): TensorProto {
  return makeTensor(name, dataType.int64, dims, BigInt64Array.from(data, toInt64));
}

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/**
 * Returns a number as int64; numbers beyond the range become its ends. Slices "to the end" say 2^63 - 1, which as a
 * JavaScript number is 2^63 and would wrap round to a negative number.
 *
 * @example
 * ```ts
 * toInt64(2 ** 63); // 9223372036854775807n
 * ```
 */
export function toInt64(value: number | bigint): bigint {
  const integer = BigInt(value);
  return integer > int64Max ? int64Max : integer < int64Min ? int64Min : integer;
}
