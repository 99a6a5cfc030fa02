/** What is known of a value of a graph for one sample input: always its shape, its numbers where they are cheap. */
export interface Value {
  readonly shape: readonly number[];
  readonly kind: 'int' | 'float' | 'bool';
  /** Row-major; floats rounded to single precision, booleans 0 and 1. */
  readonly data?: Float64Array;
  /** Numbers of a large constant, which are looked at only where an operator takes a small part of them. */
  readonly stored?: () => ArrayLike<number>;
}

/** Numbers of values beyond this are not worked out: sample texts need less, and memory is not to be had for the asking. */
export const mostElements = 1 << 24;

/** Numbers that are taken out of a large constant at most: rows of a rotary table for the longest sample text. */
const mostTaken = 1 << 18;

export function count(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export function scalar(kind: Value['kind'], value: number): Value {
  return { shape: [], kind, data: Float64Array.of(value) };
}

export function intVector(values: readonly number[]): Value {
  return { shape: [values.length], kind: 'int', data: Float64Array.from(values) };
}

/** Elements between neighbours along each axis. */
export function strides(shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    result[axis] = step;
    step *= shape[axis];
  }
  return result;
}

/** An axis counted from the end if negative. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The shape that shapes are broadcast to (ONNX, as NumPy); undefined if they do not go together. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const axis = rank - shape.length + i;
      if (shape[i] !== 1 && result[axis] !== 1 && result[axis] !== shape[i]) {
        return undefined;
      }
      result[axis] = shape[i] === 1 ? result[axis] : shape[i];
    }
  }
  return result;
}

/** For each element of `to`, in order, the index of the element of `from` that is broadcast there. */
export function broadcastIndices(from: readonly number[], to: readonly number[]): Int32Array {
  const offset = to.length - from.length;
  const steps = strides(from);
  const perAxis = to.map((_, axis) => (axis < offset || from[axis - offset] === 1 ? 0 : steps[axis - offset]));
  return walk(to, perAxis, 0);
}

/** Offsets of all elements of a box, each axis with its own step, in row-major order. */
export function walk(shape: readonly number[], steps: readonly number[], start: number): Int32Array {
  let offsets = Int32Array.of(start);
  shape.forEach((length, axis) => {
    const next = new Int32Array(offsets.length * length);
    for (let i = 0, at = 0; i < offsets.length; i++) {
      for (let j = 0; j < length; j++) {
        next[at++] = offsets[i] + j * steps[axis];
      }
    }
    offsets = next;
  });
  return offsets;
}

/** The elements at the given places, in another shape; without numbers if a place is outside. */
export function pick(value: Value, shape: readonly number[], places: () => Int32Array): Value {
  const { kind } = value;
  const length = count(shape);
  const data = value.data ?? (length <= mostTaken ? value.stored?.() : undefined);
  if (data === undefined || length > mostElements) {
    return { shape, kind };
  }
  const from = places();
  const picked = new Float64Array(from.length);
  let outside = false;
  for (let i = 0; i < from.length; i++) {
    picked[i] = data[from[i]] ?? Number.NaN;
    outside ||= kind !== 'float' && Number.isNaN(picked[i]);
  }
  return { shape, kind, data: outside ? undefined : picked };
}
