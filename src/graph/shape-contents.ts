import { attribute, dataType, intAttribute, normalDomain, tensorIntegers } from '../onnx/index.js';
import { type Dim, longestContents, type NodeShapes } from './dims.js';

type Contents = readonly Dim[];
type Rule = (shapes: NodeShapes) => Contents | undefined;

/** What an integer tensor holds that a node makes of shapes and constants; undefined where that is not known. */
export function inferContents(shapes: NodeShapes): Contents | undefined {
  return normalDomain(shapes.node.domain) === '' ? rules[shapes.node.opType ?? '']?.(shapes) : undefined;
}

const carried: Rule = ({ contents }) => contents(0);

const rules: Readonly<Record<string, Rule>> = {
  Add: elementwise((a, b) => a + b, 0),
  Cast: (shapes) => (isInteger(intAttribute(shapes.node, 'to')) ? carried(shapes) : undefined),
  Concat: concat,
  ConstantOfShape: constantOfShape,
  Div: elementwise((a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b)), undefined, 1),
  Equal: equal,
  Gather: gather,
  Identity: carried,
  Mul: elementwise((a, b) => a * b, 1),
  Reshape: carried,
  Shape: ({ node, dims }) => dims(0)?.slice(intAttribute(node, 'start') ?? 0, intAttribute(node, 'end')),
  Slice: slice,
  Squeeze: carried,
  Sub: elementwise((a, b) => a - b, undefined, 0),
  Unsqueeze: carried,
  Where: where,
};

function isInteger(type: number | undefined): boolean {
  return type === dataType.int64 || type === dataType.int32;
}

/** Entries of vectors and scalars side by side, a single one beside each of the others. */
function zipped(all: readonly (Contents | undefined)[]): (readonly Dim[])[] | undefined {
  const known = all.filter((contents) => contents !== undefined);
  const length = Math.max(...known.map((contents) => contents.length));
  if (known.length < all.length || known.some((contents) => contents.length !== 1 && contents.length !== length)) {
    return undefined;
  }
  return Array.from({ length }, (_, i) => known.map((contents) => contents[contents.length === 1 ? 0 : i]));
}

/**
 * @param neutral what changes nothing on either side
 * @param neutralRight what changes nothing on the right side
 */
function elementwise(calculate: (a: number, b: number) => number, neutral?: number, neutralRight = neutral): Rule {
  const one = ([a, b]: readonly Dim[]): Dim | undefined => {
    if (typeof a === 'number' && typeof b === 'number') {
      const result = calculate(a, b);
      return Number.isSafeInteger(result) ? result : undefined;
    }
    return b === neutralRight ? a : a === neutral ? b : undefined;
  };
  return ({ contents }) => complete(zipped([contents(0), contents(1)])?.map(one));
}

function complete<T>(entries: readonly (T | undefined)[] | undefined): readonly T[] | undefined {
  const known = entries?.filter((entry) => entry !== undefined);
  return known?.length === entries?.length ? known : undefined;
}

/** 1 and 0 for true and false. Sizes are never negative, so that they do not equal -1. */
function equal({ contents }: NodeShapes): Contents | undefined {
  const one = ([a, b]: readonly Dim[]): Dim | undefined => {
    if (a === b) {
      return 1;
    }
    const numbers = [a, b].filter((entry) => typeof entry === 'number');
    return numbers.length === 2 || numbers.some((number) => number < 0) ? 0 : undefined;
  };
  return complete(zipped([contents(0), contents(1)])?.map(one));
}

function where({ contents }: NodeShapes): Contents | undefined {
  const one = ([condition, a, b]: readonly Dim[]): Dim | undefined =>
    typeof condition === 'number' ? (condition === 0 ? b : a) : undefined;
  return complete(zipped([contents(0), contents(1), contents(2)])?.map(one));
}

function concat({ node, dims, contents }: NodeShapes): Contents | undefined {
  const vectors = node.input.map((_, i) => (dims(i)?.length === 1 ? contents(i) : undefined));
  return complete(vectors)?.flat();
}

function constantOfShape({ model, node, contents }: NodeShapes): Contents | undefined {
  const value = attribute(node, 'value')?.t;
  const sizes = contents(0)?.filter((size) => typeof size === 'number');
  const count = sizes?.reduce((all, size) => all * size, 1) ?? longestContents + 1;
  return value !== undefined &&
    isInteger(value.dataType) &&
    sizes?.length === contents(0)?.length &&
    count <= longestContents
    ? new Array<number>(count).fill(tensorIntegers(model, value)[0])
    : undefined;
}

/** Of a vector: that of other tensors would need their shape. */
function isVector({ dims }: NodeShapes): boolean {
  return dims(0)?.length === 1;
}

function gather(shapes: NodeShapes): Contents | undefined {
  const [data, indices] = [shapes.contents(0), shapes.contents(1)];
  return isVector(shapes) && data !== undefined
    ? complete(indices?.map((i) => (typeof i === 'number' ? data.at(i) : undefined)))
    : undefined;
}

function slice(shapes: NodeShapes): Contents | undefined {
  const data = shapes.contents(0);
  const [start] = bound(shapes, 1, 'starts');
  const [end] = bound(shapes, 2, 'ends');
  const step = shapes.node.input[4] ? shapes.contents(4)?.[0] : 1;
  return isVector(shapes) && step === 1 && typeof start === 'number' && typeof end === 'number'
    ? data?.slice(start, end)
    : undefined;
}

function bound({ node, contents }: NodeShapes, input: number, name: string): readonly (Dim | undefined)[] {
  return attribute(node, name)?.ints.map(Number) ?? contents(input) ?? [];
}
