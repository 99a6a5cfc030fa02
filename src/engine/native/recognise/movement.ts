import { axisOf, count, intVector, mostElements, pick, strides, type Value, walk } from './value.js';

/** Operators that move numbers about without changing them. */

export function transpose(x: Value, permutation: readonly number[]): Value {
  const steps = strides(x.shape);
  const shape = permutation.map((axis) => x.shape[axis]);
  return pick(x, shape, () =>
    walk(
      shape,
      permutation.map((axis) => steps[axis]),
      0,
    ),
  );
}

export function reshape(x: Value, wanted: readonly number[], keepZero: boolean): Value {
  const shape = wanted.map((dim, axis) => (dim === 0 && !keepZero ? x.shape[axis] : dim));
  const open = shape.indexOf(-1);
  if (open >= 0) {
    shape[open] = count(x.shape) / count(shape.filter((dim) => dim !== -1));
  }
  return { ...x, shape };
}

export function unsqueeze(x: Value, axes: readonly number[]): Value {
  const rank = x.shape.length + axes.length;
  const inserted = new Set(axes.map((axis) => axisOf(axis, rank)));
  const rest = [...x.shape];
  return { ...x, shape: Array.from({ length: rank }, (_, axis) => (inserted.has(axis) ? 1 : (rest.shift() ?? 1))) };
}

export function squeeze(x: Value, axes: readonly number[] | undefined): Value {
  const dropped = new Set(axes?.map((axis) => axisOf(axis, x.shape.length)));
  return { ...x, shape: x.shape.filter((dim, axis) => (axes === undefined ? dim !== 1 : !dropped.has(axis))) };
}

export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export function slice(x: Value, ranges: readonly SliceRange[]): Value {
  const steps = strides(x.shape);
  const shape = [...x.shape];
  let origin = 0;
  for (const { axis: given, start, end, step } of ranges) {
    const axis = axisOf(given, x.shape.length);
    const length = x.shape[axis];
    const clamp = (index: number) => {
      const from = index < 0 ? index + length : index;
      return step > 0 ? Math.min(Math.max(from, 0), length) : Math.min(Math.max(from, -1), length - 1);
    };
    const first = clamp(start);
    // "To the beginning" is written as a number far below zero.
    const last = step < 0 && end < -length ? -1 : clamp(end);
    shape[axis] = Math.max(0, Math.ceil((last - first) / step));
    origin += first * steps[axis];
    steps[axis] *= step;
  }
  return pick(x, shape, () => walk(shape, steps, origin));
}

export function gather(x: Value, indices: Value, axis: number): Value | undefined {
  const at = axisOf(axis, x.shape.length);
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  const places = indices.data;
  const length = x.shape[at];
  if (places === undefined || places.some((index) => !(index >= -length && index < length))) {
    return { shape, kind: x.kind };
  }
  const inner = count(x.shape.slice(at + 1));
  const outer = count(x.shape.slice(0, at));
  return pick(x, shape, () => {
    const result = new Int32Array(count(shape));
    let to = 0;
    for (let o = 0; o < outer; o++) {
      for (const index of places) {
        const from = (o * length + (index < 0 ? index + length : index)) * inner;
        for (let i = 0; i < inner; i++) {
          result[to++] = from + i;
        }
      }
    }
    return result;
  });
}

export function gatherElements(x: Value, indices: Value, axis: number): Value {
  const at = axisOf(axis, x.shape.length);
  const steps = strides(x.shape);
  const places = indices.data;
  if (places === undefined) {
    return { shape: indices.shape, kind: x.kind };
  }
  return pick(x, indices.shape, () => {
    const own = walk(
      indices.shape,
      steps.map((step, a) => (a === at ? 0 : step)),
      0,
    );
    return own.map((place, i) => place + (places[i] < 0 ? places[i] + x.shape[at] : places[i]) * steps[at]);
  });
}

/** GatherND without batch dimensions. */
export function gatherNd(x: Value, indices: Value): Value {
  const depth = indices.shape[indices.shape.length - 1];
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
  const places = indices.data;
  if (places === undefined) {
    return { shape, kind: x.kind };
  }
  const steps = strides(x.shape);
  const inner = count(x.shape.slice(depth));
  return pick(x, shape, () => {
    const result = new Int32Array(count(shape));
    for (let row = 0; row < places.length / depth; row++) {
      let from = 0;
      for (let axis = 0; axis < depth; axis++) {
        const index = places[row * depth + axis];
        from += (index < 0 ? index + x.shape[axis] : index) * steps[axis];
      }
      for (let i = 0; i < inner; i++) {
        result[row * inner + i] = from + i;
      }
    }
    return result;
  });
}

export function concat(parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  const at = axisOf(axis, first.shape.length);
  const shape = first.shape.map((dim, a) => (a === at ? parts.reduce((sum, part) => sum + part.shape[at], 0) : dim));
  if (parts.some((part) => part.data === undefined) || count(shape) > mostElements) {
    return { shape, kind: first.kind };
  }
  const data = new Float64Array(count(shape));
  const outer = count(shape.slice(0, at));
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const block = count(part.shape.slice(at));
      data.set((part.data as Float64Array).subarray(o * block, (o + 1) * block), to);
      to += block;
    }
  }
  return { shape, kind: first.kind, data };
}

/** The part of x that output `index` of a Split gives. */
export function splitPart(x: Value, sizes: readonly number[], axis: number, index: number): Value {
  const start = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
  return slice(x, [{ axis, start, end: start + sizes[index], step: 1 }]);
}

export function shapeOf(x: Value, start: number | undefined, end: number | undefined): Value {
  return intVector(x.shape.slice(start ?? 0, end ?? x.shape.length));
}

/** Keeps the lower (or upper) triangle of the last two axes. */
export function triangle(x: Value, upper: boolean, diagonal: number): Value {
  const [rows, columns] = x.shape.slice(-2);
  const data = x.data?.map((value, i) => {
    const row = Math.floor(i / columns) % rows;
    const distance = (i % columns) - row - diagonal;
    return (upper ? distance >= 0 : distance <= 0) ? value : 0;
  });
  return { ...x, data };
}

/** Cumulative sum along an axis. */
export function cumulate(x: Value, axis: number): Value {
  const at = axisOf(axis, x.shape.length);
  const step = strides(x.shape)[at];
  const data = x.data?.slice();
  if (data !== undefined) {
    for (let i = 0; i < data.length; i++) {
      if (Math.floor(i / step) % x.shape[at] > 0) {
        data[i] += data[i - step];
      }
    }
  }
  return { ...x, data };
}
