import { intAttribute, intsAttribute } from '../../onnx/index.js';
import { atMost } from './broadcast.js';
import { offsets, rowMajorStrides, strided, taken } from './move-elements.js';
import {
  axesOf,
  type Call,
  namesAxes,
  numbersOf,
  type Operators,
  type Output,
  shapeOfInput,
  sizesOf,
  unknownSize,
} from './operator.js';
import { axisFromFront, count, type Dim, type Elements, numericShape, type Shape } from './value.js';

/** Operators that take a part of a tensor. */
export const indexingOperators: Operators = {
  Gather: {
    shapes: gatherShape,
    elements: gather,
    // Of entries of a vector: what assembles shapes.
    folds: ({ inputs: [x] }, { shape }) => x?.shape?.length === 1 && count(shape) <= 1024,
  },
  GatherElements: { shapes: shapeOfInput(1), elements: gatherElements },
  GatherND: { shapes: gatherNdShape, elements: gatherNd },
  Slice: {
    shapes: sliceShape,
    elements: slice,
    folds: (call) => sliceRanges(call)?.every(({ step }) => step === 1) === true,
  },
};

interface SliceRange {
  readonly axis: number;
  readonly from: Dim | undefined;
  readonly to: Dim | undefined;
  readonly step: Dim | undefined;
}

/** Returns the range taken of each axis, or undefined if the axes are not known. */
function sliceRanges(call: Call): readonly SliceRange[] | undefined {
  const { node, inputs } = call;
  const rank = inputs[0]?.shape?.length ?? 0;
  const starts = intsAttribute(node, 'starts') ?? sizesOf(call, 1);
  const ends = intsAttribute(node, 'ends') ?? sizesOf(call, 2);
  const steps = node.input[4] ? sizesOf(call, 4) : starts?.map(() => 1);
  const axes = namesAxes(call, 3) ? axesOf(call, 3, rank) : starts?.map((_, i) => i);
  return axes?.every((axis) => axis < rank)
    ? axes.map((axis, i) => ({ axis, from: starts?.[i], to: ends?.[i], step: steps?.[i] }))
    : undefined;
}

function sliceShape(call: Call): readonly (Shape | undefined)[] {
  const shape = call.inputs[0]?.shape;
  const ranges = sliceRanges(call);
  if (shape === undefined || ranges === undefined) {
    return [shape?.map((_, axis) => unknownSize(call, 0, axis))];
  }
  const sizes = [...shape];
  for (const range of ranges) {
    sizes[range.axis] = slicedSize(shape[range.axis], range) ?? unknownSize(call, 0, range.axis);
  }
  return [sizes];
}

function slicedSize(size: Dim, range: SliceRange): Dim | undefined {
  const { from, to, step } = range;
  if (step === 1 && from === 0) {
    if (to === size || (typeof to === 'number' && to >= 2 ** 31 - 1)) {
      return size;
    }
    if (typeof to === 'string') {
      return atMost(size, to);
    }
  }
  return typeof size === 'number' ? clamped(size, range)?.size : undefined;
}

/**
 * Clamps a bound, which may lie far outside: INT64_MAX stands for the end, a large negative number for the beginning of
 * a backward step.
 */
function clamped(
  length: number,
  { from, to, step }: SliceRange,
): { first: number; size: number; step: number } | undefined {
  if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number') {
    return undefined;
  }
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (position: number): number =>
    Math.min(Math.max(position < 0 ? position + length : position, least), most);
  const first = clamp(from);
  return { first, size: Math.max(0, Math.ceil((clamp(to) - first) / step)), step };
}

function slice(call: Call, { shape }: Output): Elements | undefined {
  const [x] = call.inputs;
  const lengths = numericShape(x?.shape);
  if (x?.elements === undefined || lengths === undefined) {
    return undefined;
  }
  const strides = rowMajorStrides(lengths);
  let origin = 0;
  for (const range of sliceRanges(call) ?? []) {
    const { axis } = range;
    const { first = 0, step = 1 } = clamped(lengths[axis], range) ?? {};
    origin += first * strides[axis];
    strides[axis] *= step;
  }
  return strided(x.elements, shape, strides, origin);
}

function gatherAxis({ node, inputs }: Call): number {
  return axisFromFront(intAttribute(node, 'axis') ?? 0, inputs[0]?.shape?.length ?? 0);
}

function gatherShape(call: Call): readonly (Shape | undefined)[] {
  const [x, indices] = call.inputs.map((input) => input?.shape);
  const axis = gatherAxis(call);
  return [x && indices && [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]];
}

/** Returns indices counted from the front, or undefined if one is outside. */
function indicesInto(call: Call, lengthAt: (i: number) => number): readonly number[] | undefined {
  const indices = numbersOf(call, 1);
  const counted = indices && Array.from(indices, (index, i) => axisFromFront(index, lengthAt(i)));
  return counted?.every((index, i) => index >= 0 && index < lengthAt(i)) ? counted : undefined;
}

/** Returns what Gather and GatherElements take, and where; undefined if that is not known. */
function takenAlongAxis(call: Call) {
  const [x] = call.inputs;
  const lengths = numericShape(x?.shape);
  const axis = gatherAxis(call);
  const indices = lengths && indicesInto(call, () => lengths[axis]);
  return x?.elements && lengths && indices && { elements: x.elements, lengths, axis, indices };
}

function gather(call: Call, { shape }: Output): Elements | undefined {
  const source = takenAlongAxis(call);
  if (source === undefined) {
    return undefined;
  }
  const { elements, lengths, axis, indices } = source;
  const inner = count(lengths.slice(axis + 1));
  const outer = count(lengths.slice(0, axis));
  return taken(elements, count(shape), () => {
    const places = new Int32Array(count(shape));
    let to = 0;
    for (let o = 0; o < outer; o++) {
      for (const index of indices) {
        const from = (o * lengths[axis] + index) * inner;
        for (let i = 0; i < inner; i++) {
          places[to++] = from + i;
        }
      }
    }
    return places;
  });
}

function gatherElements(call: Call, { shape }: Output): Elements | undefined {
  const source = takenAlongAxis(call);
  if (source === undefined) {
    return undefined;
  }
  const { elements, lengths, axis, indices } = source;
  const strides = rowMajorStrides(lengths);
  return taken(elements, count(shape), () =>
    offsets(shape, strides.with(axis, 0), 0).map((place, i) => place + indices[i] * strides[axis]),
  );
}

/** Returns the shape of GatherND's result, for calls without batch dimensions. */
function gatherNdShape({ node, inputs: [x, indices] }: Call): readonly (Shape | undefined)[] {
  const depth = indices?.shape?.at(-1);
  return (intAttribute(node, 'batch_dims') ?? 0) === 0 && typeof depth === 'number'
    ? [x?.shape && [...(indices?.shape?.slice(0, -1) ?? []), ...x.shape.slice(depth)]]
    : [];
}

function gatherNd(call: Call, { shape }: Output): Elements | undefined {
  const [x, given] = call.inputs;
  const lengths = numericShape(x?.shape);
  const depth = numericShape(given?.shape)?.at(-1) ?? 0;
  const indices = lengths && indicesInto(call, (i) => lengths[i % depth]);
  if (x?.elements === undefined || lengths === undefined || indices === undefined) {
    return undefined;
  }
  const strides = rowMajorStrides(lengths);
  const inner = count(lengths.slice(depth));
  return taken(x.elements, count(shape), () => {
    const places = new Int32Array(count(shape));
    for (let row = 0; row < indices.length / depth; row++) {
      const from = strides.slice(0, depth).reduce((sum, stride, axis) => sum + indices[row * depth + axis] * stride, 0);
      for (let i = 0; i < inner; i++) {
        places[row * inner + i] = from + i;
      }
    }
    return places;
  });
}
