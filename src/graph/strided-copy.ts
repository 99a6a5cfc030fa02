/**
 * Elements of a row-major tensor read in another order: the result, [dims], has at (i, j, …) what the source has at
 * offset + i · stride₀ + j · stride₁ + …
 *
 * @param width bytes of an element: 1, 2, 4 or 8
 * @param strides elements between neighbours along each axis of the result
 * @param offset in elements
 */
export function stridedCopy(
  source: Uint8Array,
  width: number,
  dims: readonly number[],
  strides: readonly number[],
  offset: number,
): Uint8Array {
  switch (width) {
    case 1:
      return copy(Uint8Array, source, dims, strides, offset);
    case 2:
      return copy(Uint16Array, source, dims, strides, offset);
    case 4:
      return copy(Uint32Array, source, dims, strides, offset);
    default:
      return copy(BigUint64Array, source, dims, strides, offset);
  }
}

/** Elements between neighbours along each axis of a row-major tensor. */
export function rowMajorStrides(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1] * dims[axis + 1];
  }
  return strides;
}

interface WordArray<T> {
  new (buffer: ArrayBufferLike, offset: number, length: number): { [index: number]: T };
  readonly BYTES_PER_ELEMENT: number;
}

function copy<T>(
  words: WordArray<T>,
  bytes: Uint8Array,
  dims: readonly number[],
  strides: readonly number[],
  offset: number,
): Uint8Array {
  const width = words.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const source = new words(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / width));
  const count = dims.reduce((product, dim) => product * dim, 1);
  const result = new Uint8Array(count * width);
  const target = new words(result.buffer, 0, count);
  const last = dims.length - 1;
  // The innermost axis is a loop of its own, the others count like an odometer.
  const inner = dims[last] ?? 1;
  const innerStride = strides[last] ?? 0;
  const position = dims.map(() => 0);
  let start = offset;
  for (let i = 0; i < count; i += inner) {
    for (let k = 0; k < inner; k++) {
      target[i + k] = source[start + k * innerStride];
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      start += strides[axis];
      if (++position[axis] < dims[axis]) {
        break;
      }
      start -= strides[axis] * dims[axis];
      position[axis] = 0;
    }
  }
  return result;
}
