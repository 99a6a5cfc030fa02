import { attribute, dataType, floatTensor, intAttribute } from '../../onnx/index.js';
import { rounded } from './calculate.js';
import { strided } from './move-elements.js';
import {
  always,
  axesOf,
  type Call,
  carried,
  elementsOfSizes,
  namesAxes,
  numbersOf,
  type Operators,
  type Output,
  sizesOf,
  unknownSize,
} from './operator.js';
import {
  axisFromFront,
  count,
  type Dim,
  type Elements,
  heldElements,
  numericShape,
  product,
  type Shape,
} from './value.js';

/** Operators that read or change a shape, or make a tensor from one. */
export const shapeOperators: Operators = {
  ConstantOfShape: {
    types: (node) => [attribute(node, 'value')?.t?.dataType ?? dataType.float],
    shapes: (call) => [sizesOf(call, 0)],
    elements: constantOfShape,
    // Small ones: what stands for a shape or a mask in a chain that is folded.
    folds: (_, { shape }) => count(shape) <= 1024,
  },
  Flatten: { shapes: flattenShape, elements: carried },
  Range: { shapes: rangeShape, elements: range },
  Reshape: { shapes: reshapeShape, elements: carried, folds: ({ node }) => intAttribute(node, 'allowzero') !== 1 },
  Shape: {
    types: always(dataType.int64),
    shapes: (call) => {
      const part = shapePart(call);
      return [part && [part.length]];
    },
    elements: (call) => {
      const part = shapePart(call);
      return part && elementsOfSizes(call, part);
    },
    folds: true,
  },
  Size: {
    types: always(dataType.int64),
    shapes: () => [[]],
    elements: (call) => {
      const sizes = numericShape(call.inputs[0]?.shape);
      return sizes && elementsOfSizes(call, [count(sizes)]);
    },
  },
  Squeeze: { shapes: squeezeShape, elements: carried, folds: true },
  Unsqueeze: { shapes: unsqueezeShape, elements: carried, folds: true },
};

function shapePart({ node, inputs: [x] }: Call): Shape | undefined {
  return x?.shape?.slice(intAttribute(node, 'start') ?? 0, intAttribute(node, 'end'));
}

function constantOfShape({ node, read }: Call, { shape }: Output): Elements | undefined {
  const one = read(attribute(node, 'value')?.t ?? floatTensor('', [1], Float32Array.of(0)));
  const strides = shape.map(() => 0);
  return one?.length === 1 ? strided(one, shape, strides) : undefined;
}

/** Returns the shape of Range: as long as its limit where it counts from 0 by 1. */
function rangeShape(call: Call): readonly (Shape | undefined)[] {
  const [start, limit, step] = [0, 1, 2].map((i) => sizesOf(call, i)?.[0]);
  if (typeof start === 'number' && typeof limit === 'number' && typeof step === 'number') {
    return [[Math.max(0, Math.ceil((limit - start) / step))]];
  }
  return [[start === 0 && step === 1 && limit !== undefined ? limit : unknownSize(call, 0, 0)]];
}

function range(call: Call, { type, shape: [length] }: Output): Elements | undefined {
  const [start, , step] = [0, 1, 2].map((i) => numbersOf(call, i)?.[0]);
  if (call.form !== 'samples' || start === undefined || step === undefined) {
    return undefined;
  }
  return rounded(
    Float64Array.from({ length }, (_, i) => start + i * step),
    type,
  );
}

function squeezeShape(call: Call): readonly (Shape | undefined)[] {
  const x = call.inputs[0]?.shape;
  if (namesAxes(call, 1)) {
    const axes = x && axesOf(call, 1, x.length);
    return [axes && x?.filter((_, axis) => !axes.includes(axis))];
  }
  // Without axes every 1 goes, and which sizes are 1 must be known.
  return [numericShape(x)?.filter((size) => size !== 1)];
}

function unsqueezeShape(call: Call): readonly (Shape | undefined)[] {
  const x = call.inputs[0]?.shape;
  const named = attribute(call.node, 'axes')?.ints.length ?? heldElements(call.inputs[1])?.length ?? 0;
  const rank = (x?.length ?? 0) + named;
  const axes = axesOf(call, 1, rank);
  if (x === undefined || axes === undefined) {
    return [];
  }
  const rest = [...x];
  return [Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1)))];
}

function flattenShape(call: Call): readonly (Shape | undefined)[] {
  const x = call.inputs[0]?.shape;
  const axis = axisFromFront(intAttribute(call.node, 'axis') ?? 1, x?.length ?? 0);
  const joined = (part: Shape, i: number): Dim => asSize(product(part)) ?? unknownSize(call, 0, i);
  return [x && [joined(x.slice(0, axis), 0), joined(x.slice(axis), 1)]];
}

function asSize({ number, names }: ReturnType<typeof product>): Dim | undefined {
  return names.length === 0 ? number : number === 1 && names.length === 1 ? names[0] : undefined;
}

function reshapeShape(call: Call): readonly (Shape | undefined)[] {
  const x = call.inputs[0]?.shape;
  const target = sizesOf(call, 1);
  if (target === undefined) {
    const length = call.inputs[1]?.shape?.[0];
    return typeof length === 'number' ? [Array.from({ length }, (_, axis) => unknownSize(call, 0, axis))] : [];
  }
  const copies = intAttribute(call.node, 'allowzero') !== 1;
  const sizes = target.map((size, axis) => (size === 0 && copies ? (x?.[axis] ?? unknownSize(call, 0, axis)) : size));
  const open = sizes.indexOf(-1);
  if (open >= 0) {
    sizes[open] = (x && remaining(x, sizes.toSpliced(open, 1))) ?? unknownSize(call, 0, open);
  }
  return [sizes];
}

/** Divides the number of elements of `all` by that of `others`, for the size that is left open. */
function remaining(all: Shape, others: Shape): Dim | undefined {
  const [total, dealt] = [product(all), product(others)];
  const names = [...total.names];
  for (const name of dealt.names) {
    const place = names.indexOf(name);
    if (place < 0) {
      return undefined;
    }
    names.splice(place, 1);
  }
  const number = total.number / dealt.number;
  return Number.isInteger(number) ? asSize({ number, names }) : undefined;
}
