import { count, type Dim, type Elements, type HeldElements, isStored, type NumberArray } from './value.js';

/** Elements that are taken out of a large constant at most: rows of a rotary table for the longest sample text. */
const mostTaken = 1 << 18;

/** Elements between neighbours along each axis of a row-major tensor. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  }
  return strides;
}

/** Strides by which a tensor of the shape `from` is repeated to fill the shape `to`. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = rowMajorStrides(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : strides[axis - missing]));
}

/** Offsets of all elements of a box, each axis with its own step, in row-major order. */
export function offsets(shape: readonly number[], strides: readonly number[], start: number): Int32Array {
  let places = Int32Array.of(start);
  for (const [axis, length] of shape.entries()) {
    const next = new Int32Array(places.length * length);
    for (let i = 0, at = 0; i < places.length; i++) {
      for (let j = 0; j < length; j++) {
        next[at++] = places[i] + j * strides[axis];
      }
    }
    places = next;
  }
  return places;
}

/**
 * Elements in another order: the result, of the given shape, has at (i, j, …) what the source has at
 * offset + i · stride₀ + j · stride₁ + …
 */
export function strided(
  elements: Elements,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Elements | undefined {
  if (isStored(elements)) {
    return count(shape) <= mostTaken ? Float64Array.from(copy(elements.read(), shape, strides, offset)) : undefined;
  }
  return isList(elements)
    ? Array.from(offsets(shape, strides, offset), (place) => elements[place])
    : copy(elements, shape, strides, offset);
}

/** `length` elements at some places, which are only worked out if need be; undefined if one is outside. */
export function taken(elements: Elements, length: number, places: () => Int32Array): Elements | undefined {
  if (isStored(elements)) {
    return length <= mostTaken ? pick(elements.read(), places(), new Float64Array(length)) : undefined;
  }
  return isList(elements)
    ? pick(elements, places(), new Array<Dim>(length))
    : pick<number | bigint, NumberArray & AnyArray>(elements, places(), emptyLike(elements, length));
}

function pick<T, Result extends { [index: number]: T }>(
  source: ArrayLike<T>,
  places: Int32Array,
  result: Result,
): Result | undefined {
  for (let i = 0; i < places.length; i++) {
    if (places[i] < 0 || places[i] >= source.length) {
      return undefined;
    }
    result[i] = source[places[i]];
  }
  return result;
}

/** Tensors put together: `outer` times, of each in turn, the block that comes next. */
export function interleaved(parts: readonly HeldElements[], outer: number): Elements | undefined {
  const blocks = parts.map(({ length }) => (outer === 0 ? 0 : length / outer));
  const lists = parts.filter(isList);
  if (lists.length === parts.length) {
    const round = (o: number) => lists.flatMap((part, i) => part.slice(o * blocks[i], (o + 1) * blocks[i]));
    return Array.from({ length: outer }, (_, o) => round(o)).flat();
  }
  const arrays = arraysOfOneType(parts);
  if (arrays === undefined) {
    return undefined;
  }
  const result = emptyLike(arrays[0], outer * blocks.reduce((sum, block) => sum + block, 0));
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const [i, part] of arrays.entries()) {
      result.set(part.subarray(o * blocks[i], (o + 1) * blocks[i]) as never, to);
      to += blocks[i];
    }
  }
  return result;
}

export function isList(elements: HeldElements): elements is readonly Dim[] {
  return Array.isArray(elements);
}

/** The same, if all are arrays of one type. */
export function arraysOfOneType(parts: readonly HeldElements[]): readonly NumberArray[] | undefined {
  const arrays = parts.filter(
    (part): part is NumberArray => !isList(part) && part.constructor === parts[0].constructor,
  );
  return arrays.length === parts.length ? arrays : undefined;
}

/** Numbers of either kind in an array that takes them: the two kinds never meet in one array. */
type AnyArray = { [index: number]: number | bigint; readonly length: number };

export function emptyLike<A extends NumberArray>(array: A, length: number): A & AnyArray {
  return new (array.constructor as new (length: number) => A & AnyArray)(length);
}

function copy<A extends NumberArray>(
  source: A,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): A {
  const result = emptyLike(source, count(shape));
  copyWords(words(source), words(result), shape, strides, offset);
  return result;
}

/** Bits as they are: a float that is no number keeps its bits, and the loop below sees fewer types of arrays. */
function words(array: NumberArray): AnyArray {
  switch (array.BYTES_PER_ELEMENT) {
    case 4:
      return new Uint32Array(array.buffer, array.byteOffset, array.length);
    case 8:
      return array instanceof Float64Array ? array : new BigUint64Array(array.buffer, array.byteOffset, array.length);
  }
  return array;
}

function copyWords(
  source: AnyArray,
  target: AnyArray,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): void {
  const last = shape.length - 1;
  // The innermost axis is a loop of its own, the others count like an odometer.
  const inner = shape[last] ?? 1;
  const innerStride = strides[last] ?? 0;
  const position = shape.map(() => 0);
  let start = offset;
  for (let i = 0; i < target.length; i += inner) {
    for (let k = 0; k < inner; k++) {
      target[i + k] = source[start + k * innerStride];
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      start += strides[axis];
      if (++position[axis] < shape[axis]) {
        break;
      }
      start -= strides[axis] * shape[axis];
      position[axis] = 0;
    }
  }
}
