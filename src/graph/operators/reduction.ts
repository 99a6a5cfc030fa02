import { intAttribute } from '../../onnx/index.js';
import { rounded } from './calculate.js';
import { offsets, rowMajorStrides } from './move-elements.js';
import {
  axesOf,
  type Call,
  namesAxes,
  numbersOf,
  type Operator,
  type Operators,
  type Output,
  shapeOfInput,
} from './operator.js';
import { axisFromFront, type Elements, heldElements, numericShape, type Shape, type Value } from './value.js';

/** Operators that make one number of many along some axes, or sum up along one. */

type Reduction = (numbers: Float64Array) => number;

const sum: Reduction = (numbers) => numbers.reduce((a, b) => a + b, 0);
const squares: Reduction = (numbers) => numbers.reduce((a, b) => a + b * b, 0);
const norm: Reduction = (numbers) => Math.sqrt(squares(numbers));

export const reductionOperators: Operators = {
  CumSum: { shapes: shapeOfInput(0), elements: cumulate },
  ReduceL1: reducing(),
  ReduceL2: reducing(norm),
  ReduceMax: reducing((numbers) => numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
  ReduceMean: reducing((numbers) => sum(numbers) / numbers.length),
  ReduceMin: reducing((numbers) => numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)),
  ReduceProd: reducing(),
  ReduceSum: reducing(sum),
  ReduceSumSquare: reducing(squares),
};

/** Describes a reduction; without a function, only the shape is known. */
function reducing(reduce?: Reduction): Operator {
  return {
    shapes: reducedShape,
    elements: reduce && ((call, output) => reduced(call, output, reduce)),
  };
}

/** Returns the axes to reduce: all where none are named. */
function reducedAxes(call: Call, rank: number): readonly number[] | undefined {
  const axes = namesAxes(call, 1) ? axesOf(call, 1, rank) : [];
  const all = axes?.length === 0 && intAttribute(call.node, 'noop_with_empty_axes') !== 1;
  return all ? Array.from({ length: rank }, (_, axis) => axis) : axes;
}

function reducedShape(call: Call): readonly (Shape | undefined)[] {
  const shape = call.inputs[0]?.shape;
  const axes = shape && reducedAxes(call, shape.length);
  const keep = intAttribute(call.node, 'keepdims') !== 0;
  return [axes && shape?.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keep ? [1] : []))];
}

function reduced(call: Call, { type }: Output, reduce: Reduction): Elements | undefined {
  const elements = heldElements(call.inputs[0]);
  const shape = numericShape(call.inputs[0]?.shape);
  const axes = shape && reducedAxes(call, shape.length);
  return elements instanceof Float64Array && call.form === 'samples' && shape !== undefined && axes !== undefined
    ? rounded(reduceAlong(elements, shape, axes, reduce), type)
    : undefined;
}

function reduceAlong(
  elements: Float64Array,
  shape: readonly number[],
  axes: readonly number[],
  reduce: Reduction,
): Float64Array {
  const strides = rowMajorStrides(shape);
  const inner = offsets(
    shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
    strides,
    0,
  );
  const outer = offsets(
    shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
    strides,
    0,
  );
  const numbers = new Float64Array(inner.length);
  return Float64Array.from(outer, (start) => {
    for (let j = 0; j < inner.length; j++) {
      numbers[j] = elements[start + inner[j]];
    }
    return reduce(numbers);
  });
}

/** Returns the lengths of the vectors along an axis, in the shape that divides them. */
export function lengthsAlong(x: Value | undefined, axis: number): Value | undefined {
  const shape = numericShape(x?.shape);
  const elements = heldElements(x);
  return shape !== undefined && elements instanceof Float64Array
    ? {
        type: x?.type,
        shape: shape.with(axis, 1),
        elements: rounded(reduceAlong(elements, shape, [axis], norm), x?.type),
      }
    : undefined;
}

/** Sums the elements up to each, along an axis. */
function cumulate(call: Call, { shape }: Output): Elements | undefined {
  const { node, form } = call;
  const x = heldElements(call.inputs[0]);
  const axis = numbersOf(call, 1)?.[0];
  const usual = ['exclusive', 'reverse'].every((name) => (intAttribute(node, name) ?? 0) === 0);
  if (!(x instanceof Float64Array) || form !== 'samples' || axis === undefined || !usual) {
    return undefined;
  }
  const at = axisFromFront(axis, shape.length);
  const step = rowMajorStrides(shape)[at];
  const result = x.slice();
  for (let i = 0; i < result.length; i++) {
    if (Math.floor(i / step) % shape[at] > 0) {
      result[i] += result[i - step];
    }
  }
  return result;
}
