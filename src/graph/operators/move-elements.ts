import { count, type Dim, type Elements, type HeldElements, isStored, type NumberArray } from './value.js';

/** Elements that are taken out of a large constant at most: rows of a rotary table for the longest sample text. */
const mostTaken = 1 << 18;

/** Returns the elements between neighbours along each axis of a row-major tensor. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  }
  return strides;
}

/** Returns the strides by which a tensor of the shape `from` is repeated to fill the shape `to`. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = rowMajorStrides(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : strides[axis - missing]));
}

/** Returns the offsets of all elements of a box, each axis with its own step, in row-major order. */
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
 * Returns elements in another order: the result, of the given shape, has at (i, j, …) what the source has at offset +
 * i · stride₀ + j · stride₁ + …
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

/** Returns `length` elements at some places, which are only worked out if need be; undefined if one is outside. */
export function taken(elements: Elements, length: number, places: () => Int32Array): Elements | undefined {
  if (isStored(elements)) {
    return length <= mostTaken ? picked(elements.read(), places(), new Float64Array(length)) : undefined;
  }
  if (isList(elements)) {
    return picked(elements, places(), new Array<Dim>(length));
  }
  const result = emptyLike(elements, length);
  return picked(asWords(elements), places(), asWords(result)) && result;
}

/** Picks elements of a source into a result; undefined if an index is outside. */
function picked<T, Result extends { [index: number]: T }>(
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

/** Puts tensors together: `outer` times, of each in turn, the block that comes next. */
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
  const [target, sources] = [asWords(result), arrays.map(asWords)];
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const [i, source] of sources.entries()) {
      target.set(source.subarray(o * blocks[i], (o + 1) * blocks[i]), to);
      to += blocks[i];
    }
  }
  return result;
}

export function isList(elements: HeldElements): elements is readonly Dim[] {
  return Array.isArray(elements);
}

/** Returns the parts if all of them are arrays of one type; else undefined. */
export function arraysOfOneType(parts: readonly HeldElements[]): readonly NumberArray[] | undefined {
  const arrays = parts.filter(
    (part): part is NumberArray => !isList(part) && part.constructor === parts[0].constructor,
  );
  return arrays.length === parts.length ? arrays : undefined;
}

/** Elements as they are stored: the two kinds of numbers never meet in one array. */
interface Words {
  [index: number]: number | bigint;
  readonly length: number;
  subarray(start: number, end: number): Words;
  set(elements: Words, at: number): void;
}

export function emptyLike<A extends NumberArray>(array: A, length: number): A {
  return new (array.constructor as new (length: number) => A)(length);
}

function copy<A extends NumberArray>(
  source: A,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): A {
  const result = emptyLike(source, count(shape));
  copyWords(asWords(source), asWords(result), shape, strides, offset);
  return result;
}

/**
 * Views elements as integers of the same size, so that every float keeps its bits, NaN too, and the loop sees fewer
 * types of arrays.
 */
function asWords(array: NumberArray): Words {
  const { buffer, byteOffset, length, BYTES_PER_ELEMENT: width } = array;
  const words =
    width === 4
      ? new Uint32Array(buffer, byteOffset, length)
      : array instanceof BigInt64Array
        ? new BigUint64Array(buffer, byteOffset, length)
        : array;
  return words as unknown as Words;
}

/** Shorter rows are copied faster one by one. */
const shortestRow = 32;

function copyWords(
  source: Words,
  target: Words,
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
    if (innerStride === 1 && inner >= shortestRow) {
      target.set(source.subarray(start, start + inner), i);
    } else {
      for (let k = 0; k < inner; k++) {
        target[i + k] = source[start + k * innerStride];
      }
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
