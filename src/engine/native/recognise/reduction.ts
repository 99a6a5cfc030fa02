import { axisOf, count, strides, type Value, walk } from './value.js';

/** Operators that make one number of many along some axes. */

type Reduction = (numbers: Float64Array) => number;

const sum: Reduction = (numbers) => numbers.reduce((a, b) => a + b, 0);
const squares: Reduction = (numbers) => numbers.reduce((a, b) => a + b * b, 0);

export const reductions: Readonly<Record<string, Reduction>> = {
  ReduceSum: sum,
  ReduceMean: (numbers) => sum(numbers) / numbers.length,
  ReduceMax: (numbers) => numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ReduceMin: (numbers) => numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  ReduceSumSquare: squares,
  ReduceL2: (numbers) => Math.sqrt(squares(numbers)),
};

/** @param axes all if undefined */
export function reduce(x: Value, axes: readonly number[] | undefined, keep: boolean, reduction: Reduction): Value {
  const rank = x.shape.length;
  const reduced = new Set(axes?.map((axis) => axisOf(axis, rank)) ?? x.shape.keys());
  const outer = x.shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim));
  const shape = keep ? outer : outer.filter((_, axis) => !reduced.has(axis));
  if (x.data === undefined) {
    return { shape, kind: x.kind };
  }
  const { data } = x;
  const steps = strides(x.shape);
  const inner = walk(
    x.shape.map((dim, axis) => (reduced.has(axis) ? dim : 1)),
    steps,
    0,
  );
  const round = x.kind === 'float' ? Math.fround : Math.trunc;
  const numbers = new Float64Array(inner.length);
  const starts = walk(outer, steps, 0);
  const result = new Float64Array(count(shape));
  for (let i = 0; i < result.length; i++) {
    for (let j = 0; j < inner.length; j++) {
      numbers[j] = data[starts[i] + inner[j]];
    }
    result[i] = round(reduction(numbers));
  }
  return { shape, kind: x.kind, data: result };
}
