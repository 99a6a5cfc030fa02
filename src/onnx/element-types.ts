/** Element types of ONNX tensors (TensorProto.DataType) and what they take. */
export const dataType = {
  undefined: 0,
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
  float6e2m3: 27,
  float6e3m2: 28,
} as const;

/** The number of an element type that {@link dataType} names. */
export type DataType = (typeof dataType)[keyof typeof dataType];

const bits: Readonly<Record<number, number>> = {
  1: 32,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 64,
  9: 8,
  10: 16,
  11: 64,
  12: 32,
  13: 64,
  14: 64,
  15: 128,
  16: 16,
  17: 8,
  18: 8,
  19: 8,
  20: 8,
  21: 4,
  22: 4,
  23: 4,
  24: 8,
  25: 2,
  26: 2,
  27: 6,
  28: 6,
};

const names = new Map<number, string>(Object.entries(dataType).map(([name, value]) => [value, name]));

/**
 * Returns the bits of one element, or undefined for strings and unknown types. Types of less than 8 bits are packed,
 * low bits first.
 *
 * @example
 * ```ts
 * bitsPerElement(dataType.int4); // 4
 * ```
 */
export function bitsPerElement(type: number): number | undefined {
  return bits[type];
}

/**
 * Names an element type: "float16" for 10, "type 99" for an unknown one.
 *
 * @example
 * ```ts
 * dataTypeName(10); // 'float16'
 * ```
 */
export function dataTypeName(type: number | undefined): string {
  return names.get(type ?? 0) ?? `type ${type}`;
}

/**
 * Returns the bytes that `count` elements take as raw data, or undefined for strings and unknown types.
 *
 * @example
 * ```ts
 * byteLength(dataType.float, 384); // 1,536
 * ```
 */
export function byteLength(type: number, count: number): number | undefined {
  const width = bits[type];
  return width === undefined ? undefined : Math.ceil((count * width) / 8);
}
