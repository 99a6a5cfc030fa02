import { dataType, intAttribute, intsAttribute } from '../../onnx/index.js';
import { broadcast } from './broadcast.js';
import { broadcastStrides, interleaved, rowMajorStrides, strided, taken } from './move-elements.js';
import {
  type Call,
  carried,
  complete,
  numbersOf,
  type Operators,
  type Output,
  shapeOfInput,
  sizesOf,
  unknownSize,
} from './operator.js';
import { axisFromFront, count, type Dim, type Elements, heldElements, numericShape, type Shape } from './value.js';

/** Operators that put elements into another order, repeat them, or put tensors together. */
export const movementOperators: Operators = {
  Concat: {
    shapes: concatShape,
    elements: concat,
    // Of vectors: what assembles shapes.
    folds: ({ inputs }) => inputs.every((input) => input?.shape?.length === 1 && input.type === inputs[0]?.type),
  },
  Dropout: {
    types: (_, ofInput) => [ofInput(0), dataType.bool],
    shapes: shapeOfInput(0),
    elements: (call, output) => (output.index === 0 ? carried(call, output) : undefined),
  },
  Expand: {
    shapes: (call) => [broadcast(call, [call.inputs[0]?.shape, sizesOf(call, 1)])],
    elements: expand,
  },
  Identity: { shapes: shapeOfInput(0), elements: carried, folds: true },
  Split: { shapes: splitShapes, elements: split },
  Tile: { shapes: tileShape, elements: tile },
  Transpose: { shapes: transposeShape, elements: transpose, folds: true },
  Trilu: { shapes: shapeOfInput(0), elements: triangle },
};

/** Returns the order of axes, or undefined if it is not a permutation. */
function permutation({ node, inputs }: Call): readonly number[] | undefined {
  const axes = inputs[0]?.shape?.map((_, axis) => axis);
  const order = intsAttribute(node, 'perm') ?? axes?.toReversed();
  return order?.toSorted((a, b) => a - b).join() === axes?.join() ? order : undefined;
}

function transposeShape(call: Call): readonly (Shape | undefined)[] {
  const shape = call.inputs[0]?.shape;
  return [shape && permutation(call)?.map((axis) => shape[axis])];
}

function transpose(call: Call, { shape }: Output): Elements | undefined {
  const [x] = call.inputs;
  const from = numericShape(x?.shape);
  const order = permutation(call);
  if (x?.elements === undefined || from === undefined || order === undefined) {
    return undefined;
  }
  const strides = rowMajorStrides(from);
  return strided(
    x.elements,
    shape,
    order.map((axis) => strides[axis]),
  );
}

function expand({ inputs: [x] }: Call, { shape }: Output): Elements | undefined {
  const from = numericShape(x?.shape);
  return x?.elements && from && strided(x.elements, shape, broadcastStrides(from, shape));
}

function tileShape(call: Call): readonly (Shape | undefined)[] {
  const repeats = numbersOf(call, 1);
  return [
    call.inputs[0]?.shape?.map((size, axis) => {
      const times = repeats?.[axis];
      const sized = typeof size === 'number' && times !== undefined ? size * times : undefined;
      return sized ?? (times === 1 ? size : unknownSize(call, 0, axis));
    }),
  ];
}

function tile({ inputs: [x] }: Call, { shape }: Output): Elements | undefined {
  const from = numericShape(x?.shape);
  if (x?.elements === undefined || from === undefined) {
    return undefined;
  }
  const strides = rowMajorStrides(from);
  return taken(x.elements, count(shape), () => {
    let places = Int32Array.of(0);
    for (const [axis, length] of shape.entries()) {
      const next = new Int32Array(places.length * length);
      for (let i = 0; i < next.length; i++) {
        next[i] = places[Math.floor(i / length)] + ((i % length) % from[axis]) * strides[axis];
      }
      places = next;
    }
    return places;
  });
}

function concatAxis({ node, inputs }: Call): number {
  return axisFromFront(intAttribute(node, 'axis') ?? 0, inputs[0]?.shape?.length ?? 0);
}

function concatShape(call: Call): readonly (Shape | undefined)[] {
  const [first] = call.inputs;
  const axis = concatAxis(call);
  const sizes = call.inputs.map((input) => input?.shape?.[axis]);
  const total = numericShape(complete(sizes))?.reduce((sum, size) => sum + size, 0);
  return [first?.shape?.toSpliced(axis, 1, total ?? unknownSize(call, 0, axis))];
}

function concat(call: Call, { shape }: Output): Elements | undefined {
  const axis = concatAxis(call);
  const parts = complete(call.inputs.map(heldElements));
  const outer = shape.slice(0, axis).reduce((product, size) => product * size, 1);
  return parts && interleaved(parts, outer);
}

function splitShapes(call: Call): readonly (Shape | undefined)[] {
  const shape = call.inputs[0]?.shape;
  const { axis, sizes } = splitParts(call);
  return call.node.output.map((_, i) => shape?.toSpliced(axis, 1, sizes?.[i] ?? unknownSize(call, i, axis)));
}

function splitParts(call: Call): { readonly axis: number; readonly sizes: readonly Dim[] | undefined } {
  const { node, inputs } = call;
  const shape = inputs[0]?.shape;
  const axis = axisFromFront(intAttribute(node, 'axis') ?? 0, shape?.length ?? 0);
  const whole = shape?.[axis];
  const given = intsAttribute(node, 'split') ?? sizesOf(call, 1);
  if (given !== undefined || node.input[1] || typeof whole !== 'number') {
    return { axis, sizes: given };
  }
  const each = Math.ceil(whole / node.output.length);
  return { axis, sizes: node.output.map((_, i) => Math.min(each, whole - i * each)) };
}

function split(call: Call, { index, shape }: Output): Elements | undefined {
  const [x] = call.inputs;
  const from = numericShape(x?.shape);
  const { axis, sizes } = splitParts(call);
  const before = numericShape(sizes?.slice(0, index));
  if (x?.elements === undefined || from === undefined || before === undefined) {
    return undefined;
  }
  const start = before.reduce((sum, size) => sum + size, 0);
  const strides = rowMajorStrides(from);
  return start + shape[axis] <= from[axis] ? strided(x.elements, shape, strides, start * strides[axis]) : undefined;
}

/** Keeps the lower (or upper) triangle of the last two axes. */
function triangle(call: Call, { shape }: Output): Elements | undefined {
  const { node, form } = call;
  const x = heldElements(call.inputs[0]);
  const diagonal = node.input[1] ? numbersOf(call, 1)?.[0] : 0;
  if (form !== 'samples' || !(x instanceof Float64Array) || diagonal === undefined) {
    return undefined;
  }
  const upper = intAttribute(node, 'upper') !== 0;
  const [rows, columns] = shape.slice(-2);
  return x.map((value, i) => {
    const row = Math.floor(i / columns) % rows;
    const distance = (i % columns) - row - diagonal;
    return (upper ? distance >= 0 : distance <= 0) ? value : 0;
  });
}
