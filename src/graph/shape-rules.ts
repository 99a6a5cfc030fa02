import { attribute, intAttribute, intsAttribute, normalDomain } from '../onnx/index.js';
import { type Dim, type Dims, type NodeShapes, product } from './dims.js';

type Rule = (shapes: NodeShapes) => readonly (Dims | undefined)[];

/** Shapes of a node's outputs. */
export function inferDims(shapes: NodeShapes): readonly (Dims | undefined)[] {
  const { node } = shapes;
  const opType = node.opType ?? '';
  switch (normalDomain(node.domain)) {
    case '':
      return (rules[opType] ?? unknown)(shapes);
    case 'com.microsoft':
      return likeFirstInMicrosoft.has(opType) ? likeFirst(shapes) : [];
  }
  return [];
}

const unknown: Rule = () => [];
const likeFirst: Rule = ({ dims }) => [dims(0)];
const likeSecond: Rule = ({ dims }) => [dims(1)];

const likeFirstInMicrosoft = new Set([
  'BiasGelu',
  'FastGelu',
  'Gelu',
  'QuickGelu',
  'SkipLayerNormalization',
  'SkipSimplifiedLayerNormalization',
]);

function forAll(opTypes: string, rule: Rule): Readonly<Record<string, Rule>> {
  return Object.fromEntries(opTypes.split(' ').map((opType) => [opType, rule]));
}

const rules: Readonly<Record<string, Rule>> = {
  ...forAll(
    'Abs Cast Ceil Clip Cos CumSum DequantizeLinear Dropout Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity ' +
      'IsInf IsNaN LayerNormalization LeakyRelu Log LogSoftmax Mish Neg Not QuantizeLinear Reciprocal Relu ' +
      'RMSNormalization Round Sigmoid Sign SimplifiedLayerNormalization Sin Softmax Softplus Softsign Sqrt Tanh Trilu',
    likeFirst,
  ),
  ...forAll(
    'Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow Sub Sum Where Xor',
    elementwise,
  ),
  ...forAll('MatMul MatMulInteger', matMul),
  ...forAll('ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare', reduce),
  CastLike: likeFirst,
  Concat: concat,
  ConstantOfShape: ({ contents }) => [contents(0)],
  DynamicQuantizeLinear: ({ dims }) => [dims(0), [], []],
  Expand: (shapes) => [broadcast(shapes, [shapes.dims(0), shapes.contents(1)])],
  Flatten: flatten,
  Gather: gather,
  GatherElements: likeSecond,
  Gemm: gemm,
  Range: range,
  Reshape: reshape,
  Shape: shape,
  Size: () => [[]],
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};

function elementwise(shapes: NodeShapes): readonly (Dims | undefined)[] {
  return [
    broadcast(
      shapes,
      shapes.node.input.map((_, i) => shapes.dims(i)),
    ),
  ];
}

/** NumPy's broadcasting. Of two sizes that are not known, nothing is known; beside a number above 1, both are that. */
function broadcast({ unknown }: NodeShapes, all: readonly (Dims | undefined)[]): Dims | undefined {
  const known = all.filter((dims) => dims !== undefined);
  if (known.length < all.length) {
    return undefined;
  }
  const rank = Math.max(...known.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = known.map((dims) => dims[axis - rank + dims.length] ?? 1).filter((size) => size !== 1);
    const number = sizes.find((size) => typeof size === 'number');
    const names = new Set(sizes);
    // A run in which n meets a smaller n that is not 1 does not get further than this.
    const longest = [...names].filter((size) => ![...names].some((other) => isAtMost(size, other)));
    return number ?? (longest.length > 1 ? unknown(0, axis) : (longest[0] ?? 1));
  });
}

/** The size of what is left of `size` elements when the first `limit` are taken. */
function atMost(size: Dim, limit: Dim): Dim {
  return `min(${size}, ${limit})`;
}

function isAtMost(size: Dim, limit: Dim): boolean {
  return typeof size === 'string' && size.startsWith('min(') && size.endsWith(`, ${limit})`);
}

function matMul(shapes: NodeShapes): readonly (Dims | undefined)[] {
  const [a, b] = [shapes.dims(0), shapes.dims(1)];
  if (a === undefined || b === undefined || a.length < 2 || b.length < 2) {
    return [];
  }
  const batch = broadcast(shapes, [a.slice(0, -2), b.slice(0, -2)]) ?? [];
  return [[...batch, a[a.length - 2], b[b.length - 1]]];
}

function gemm({ node, dims }: NodeShapes): readonly (Dims | undefined)[] {
  const [a, b] = [dims(0), dims(1)];
  return a?.length === 2 && b?.length === 2
    ? [[a[intAttribute(node, 'transA') === 1 ? 1 : 0], b[intAttribute(node, 'transB') === 1 ? 0 : 1]]]
    : [];
}

function transpose({ node, dims }: NodeShapes): readonly (Dims | undefined)[] {
  const data = dims(0);
  const perm = intsAttribute(node, 'perm');
  return [perm === undefined ? data?.toReversed() : data && perm.map((axis) => data[axis])];
}

function gather({ node, dims }: NodeShapes): readonly (Dims | undefined)[] {
  const [data, indices] = [dims(0), dims(1)];
  if (data === undefined || indices === undefined) {
    return [];
  }
  const axis = fromFront(intAttribute(node, 'axis') ?? 0, data.length);
  return [[...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]];
}

function concat(shapes: NodeShapes): readonly (Dims | undefined)[] {
  const { node, dims, unknown } = shapes;
  const all = node.input.map((_, i) => dims(i));
  const [first] = all;
  const axis = fromFront(intAttribute(node, 'axis') ?? 0, first?.length ?? 0);
  if (first === undefined) {
    return [];
  }
  const sizes = all.map((each) => each?.[axis]);
  const total = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((sum, size) => sum + size, 0)
    : undefined;
  return [first.toSpliced(axis, 1, total ?? unknown(0, axis))];
}

/** As many as its limit where it counts from 0 by 1. */
function range({ contents, unknown }: NodeShapes): readonly (Dims | undefined)[] {
  const [start, limit, step] = [contents(0)?.[0], contents(1)?.[0], contents(2)?.[0]];
  return [[start === 0 && step === 1 && limit !== undefined ? atLeastNothing(limit) : unknown(0, 0)]];
}

function atLeastNothing(size: Dim): Dim {
  return typeof size === 'number' ? Math.max(size, 0) : size;
}

function shape({ node, dims }: NodeShapes): readonly (Dims | undefined)[] {
  const data = dims(0);
  return data === undefined ? [] : [[data.slice(intAttribute(node, 'start') ?? 0, intAttribute(node, 'end')).length]];
}

/** The axes that a node names as an attribute or, in later opsets, as an input. */
function axesOf({ node, contents }: NodeShapes, input: number, rank: number): number[] | undefined {
  const axes = intsAttribute(node, 'axes') ?? contents(input);
  return axes?.every((axis) => typeof axis === 'number') ? axes.map((axis) => fromFront(axis, rank)) : undefined;
}

function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

function squeeze(shapes: NodeShapes): readonly (Dims | undefined)[] {
  const data = shapes.dims(0);
  if (shapes.node.input[1] || attribute(shapes.node, 'axes') !== undefined) {
    const axes = data && axesOf(shapes, 1, data.length);
    return [axes && data?.filter((_, axis) => !axes.includes(axis))];
  }
  // Without axes every 1 goes, and which sizes are 1 must be known.
  return [data?.every((size) => typeof size === 'number') ? data.filter((size) => size !== 1) : undefined];
}

function unsqueeze(shapes: NodeShapes): readonly (Dims | undefined)[] {
  const rest = [...(shapes.dims(0) ?? [])];
  const count = intsAttribute(shapes.node, 'axes')?.length ?? shapes.contents(1)?.length ?? 0;
  const rank = rest.length + count;
  const axes = axesOf(shapes, 1, rank);
  return axes === undefined || shapes.dims(0) === undefined
    ? []
    : [Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1)))];
}

function reduce(shapes: NodeShapes): readonly (Dims | undefined)[] {
  const data = shapes.dims(0);
  const axes = data && axesOf(shapes, 1, data.length);
  if (data === undefined || axes === undefined || axes.length === 0) {
    return [];
  }
  const keep = intAttribute(shapes.node, 'keepdims') !== 0;
  return [data.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keep ? [1] : []))];
}

function flatten({ node, dims, unknown }: NodeShapes): readonly (Dims | undefined)[] {
  const data = dims(0);
  const axis = fromFront(intAttribute(node, 'axis') ?? 1, data?.length ?? 0);
  const joined = (part: Dims, i: number): Dim => asSize(product(part)) ?? unknown(0, i);
  return data === undefined ? [] : [[joined(data.slice(0, axis), 0), joined(data.slice(axis), 1)]];
}

function asSize({ number, names }: ReturnType<typeof product>): Dim | undefined {
  return names.length === 0 ? number : number === 1 && names.length === 1 ? names[0] : undefined;
}

function reshape({ node, dims, contents, unknown }: NodeShapes): readonly (Dims | undefined)[] {
  const [data, target] = [dims(0), contents(1)];
  if (target === undefined) {
    const length = dims(1)?.[0];
    return typeof length === 'number' ? [Array.from({ length }, (_, axis) => unknown(0, axis))] : [];
  }
  const copies = intAttribute(node, 'allowzero') !== 1;
  const sizes = target.map((size, axis) => (size === 0 && copies ? (data?.[axis] ?? unknown(0, axis)) : size));
  const open = sizes.indexOf(-1);
  if (open >= 0) {
    sizes[open] = (data && remaining(data, sizes.toSpliced(open, 1))) ?? unknown(0, open);
  }
  return [sizes];
}

/** What is left of the elements of `all` when they are dealt out to `others`. */
function remaining(all: Dims, others: Dims): Dim | undefined {
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

function slice(shapes: NodeShapes): readonly (Dims | undefined)[] {
  const { node, dims, contents, unknown } = shapes;
  const data = dims(0);
  if (data === undefined) {
    return [];
  }
  const starts = intsAttribute(node, 'starts') ?? contents(1);
  const ends = intsAttribute(node, 'ends') ?? contents(2);
  const steps = node.input[4] ? contents(4) : starts?.map(() => 1);
  const named = intsAttribute(node, 'axes') !== undefined || node.input[3];
  const axes = named ? axesOf(shapes, 3, data.length) : starts?.map((_, i) => i);
  if (axes === undefined) {
    return [data.map((_, axis) => unknown(0, axis))];
  }
  const sizes = [...data];
  for (const [i, axis] of axes.entries()) {
    const [from, to, step] = [starts?.[i], ends?.[i], steps?.[i]];
    sizes[axis] = (step === 1 ? slicedSize(data[axis], from, to) : undefined) ?? unknown(0, axis);
  }
  return [sizes];
}

function slicedSize(size: Dim, from: Dim | undefined, to: Dim | undefined): Dim | undefined {
  if (from === 0 && (to === size || (typeof to === 'number' && to >= 2 ** 31 - 1))) {
    return size;
  }
  if (from === 0 && typeof to === 'string') {
    return atMost(size, to);
  }
  if (typeof size !== 'number' || typeof from !== 'number' || typeof to !== 'number') {
    return undefined;
  }
  const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + size : position, 0), size);
  return Math.max(clamp(to) - clamp(from), 0);
}

function split({ node, dims, contents, unknown }: NodeShapes): readonly (Dims | undefined)[] {
  const data = dims(0);
  if (data === undefined) {
    return [];
  }
  const axis = fromFront(intAttribute(node, 'axis') ?? 0, data.length);
  const sizes = intsAttribute(node, 'split') ?? contents(1);
  const whole = data[axis];
  const equal = typeof whole === 'number' && whole % node.output.length === 0 ? whole / node.output.length : undefined;
  const equally = sizes === undefined && !node.input[1];
  return node.output.map((_, i) => {
    const size = equally ? equal : sizes?.[i];
    return data.toSpliced(axis, 1, size ?? unknown(i, axis));
  });
}
