import { dataType } from '../../onnx/index.js';

/** The size of an axis: a number, or a name for one that is only known when the model runs (and is never negative). */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** What is known of a value of a graph. */
export interface Value {
  /** Element type (TensorProto.DataType); undefined if it is not known. */
  readonly type?: number;
  /** undefined if not even the rank is known. */
  readonly shape?: Shape;
  /** As many as the shape says; undefined if they are not known. */
  readonly elements?: Elements;
}

/**
 * How elements are held.
 *
 * - `exact`: in an array of the tensor's own type, to compute what a run time would, bit for bit
 * - `sizes`: small integers, each a number or the name of a size, to follow shapes through a graph
 * - `samples`: in double precision, rounded to single precision or to integers, to see what a graph does with an input
 */
export type Form = 'exact' | 'sizes' | 'samples';

/** The elements of a value, row-major. */
export type Elements = HeldElements | StoredElements;
export type HeldElements = NumberArray | readonly Dim[];

export type NumberArray =
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** Samples of a large constant, which are looked at only where an operator takes a small part of them. */
export interface StoredElements {
  readonly length: number;
  readonly read: () => Float32Array;
}

/** Says whether elements are stored away, and read only when needed. */
export function isStored(elements: Elements | undefined): elements is StoredElements {
  return elements !== undefined && 'read' in elements;
}

/** Returns the elements as they can be counted with: not those that are stored away. */
export function heldElements(value: Value | undefined): HeldElements | undefined {
  return value?.elements === undefined || isStored(value.elements) ? undefined : value.elements;
}

/** Returns the shape as numbers; undefined if any size is not known. */
export function numericShape(shape: Shape | undefined): readonly number[] | undefined {
  return shape?.every((size) => typeof size === 'number') ? shape : undefined;
}

/** Counts the elements of a shape. */
export function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Returns the number of elements of a shape as a number times names, the names sorted. */
export function product(shape: Shape): { readonly number: number; readonly names: readonly string[] } {
  const names = shape.filter((size) => typeof size === 'string').sort();
  return { number: count(shape.filter((size) => typeof size === 'number')), names };
}

/** Returns an axis counted from the end if negative. */
export function axisFromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

const floats: ReadonlySet<number | undefined> = new Set([
  dataType.float,
  dataType.float16,
  dataType.bfloat16,
  dataType.double,
]);

/** Says whether an element type is a floating-point one. */
export function isFloat(type: number | undefined): boolean {
  return floats.has(type);
}
