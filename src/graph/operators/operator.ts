import { attribute, intsAttribute, type NodeProto, type TensorProto } from '../../onnx/index.js';
import { isList } from './move-elements.js';
import {
  axisFromFront,
  count,
  type Dim,
  type Elements,
  type Form,
  heldElements,
  numericShape,
  type Shape,
  type Value,
} from './value.js';

/** A node whose results are sought, and what is known of its inputs. */
export interface Call {
  readonly node: NodeProto;
  readonly form: Form;
  /** Undefined where an input is left out or nothing is known of it. */
  readonly inputs: readonly (Value | undefined)[];
  /** Elements of a tensor that stands in an attribute. */
  readonly read: (tensor: TensorProto) => Elements | undefined;
  /** Are the elements of an output asked for? */
  readonly wants: (output: Output) => boolean;
}

/** The output of a node whose elements are sought. */
export interface Output {
  readonly index: number;
  readonly type: number | undefined;
  readonly shape: readonly number[];
}

export type ShapeRule = (call: Call) => readonly (Shape | undefined)[];
export type ElementRule = (call: Call, output: Output) => Elements | undefined;
/** Types of the outputs; the last one stands for all further outputs. */
export type TypeRule = (node: NodeProto, ofInput: (i: number) => number | undefined) => readonly (number | undefined)[];

/** What is known of an operator. */
export interface Operator {
  /** That of the first input if left out. */
  readonly types?: TypeRule;
  /** None is known if left out. */
  readonly shapes?: ShapeRule;
  /** None are known if left out. */
  readonly elements?: ElementRule;
  /** Are its results computed in advance where all inputs are constant? Run times must give the same bits. */
  readonly folds?: true | ((call: Call, output: Output) => boolean);
}

export type Operators = Readonly<Record<string, Operator>>;

/** Returns what follows for the outputs of a node. */
export function outputsOf(operator: Operator, call: Call): readonly Value[] {
  const { node, inputs } = call;
  const types = (operator.types ?? likeInput(0))(node, (i) => inputs[i]?.type);
  const shapes = operator.shapes?.(call) ?? [];
  return node.output.map((_, index) => {
    const type = types[Math.min(index, types.length - 1)];
    const shape = shapes[index]?.every(isSize) ? shapes[index] : undefined;
    const numbers = numericShape(shape);
    const output = numbers && { index, type, shape: numbers };
    const elements = output && call.wants(output) ? operator.elements?.(call, output) : undefined;
    return { type, shape, elements: numbers && elements?.length === count(numbers) ? elements : undefined };
  });
}

function isSize(size: Dim): boolean {
  return typeof size === 'string' || (Number.isSafeInteger(size) && size >= 0);
}

export const likeInput =
  (i: number): TypeRule =>
  (_, ofInput) => [ofInput(i)];

export const always =
  (...types: number[]): TypeRule =>
  () =>
    types;

export const shapeOfInput =
  (i: number): ShapeRule =>
  ({ inputs }) => [inputs[i]?.shape];

/** Passes on the elements of the first input, in their order. */
export const carried: ElementRule = ({ inputs }) => inputs[0]?.elements;

/** Returns a name for a size that nothing is known of. */
export function unknownSize({ node }: Call, output: number, axis: number): string {
  return `${node.output[output]}#${axis}`;
}

/** Returns the numbers that an input holds, or undefined if some are not known. */
export function numbersOf({ inputs }: Call, input: number): ArrayLike<number> | undefined {
  const elements = heldElements(inputs[input]);
  if (elements === undefined || (isList(elements) && elements.some((each) => typeof each === 'string'))) {
    return undefined;
  }
  return elements instanceof BigInt64Array || elements instanceof BigUint64Array
    ? Array.from(elements, Number)
    : (elements as ArrayLike<number>);
}

/** Returns the sizes that an input holds: numbers, or names of sizes. */
export function sizesOf(call: Call, input: number): readonly Dim[] | undefined {
  const elements = heldElements(call.inputs[input]);
  if (elements === undefined || isList(elements)) {
    return elements;
  }
  return Array.from(numbersOf(call, input) ?? []);
}

/** Returns the axes that a node names as an attribute or, in later opsets, as an input: from the front, each once. */
export function axesOf(call: Call, input: number, rank: number): number[] | undefined {
  const named = intsAttribute(call.node, 'axes') ?? numbersOf(call, input);
  const axes = named && Array.from(named, (axis) => axisFromFront(axis, rank));
  const valid = axes?.every((axis) => axis >= 0 && axis < rank) && new Set(axes).size === axes.length;
  return valid ? axes : undefined;
}

/** Does the node name axes, whether they are known or not? */
export function namesAxes({ node }: Call, input: number): boolean {
  return Boolean(node.input[input]) || attribute(node, 'axes') !== undefined;
}

/** Returns sizes as the elements of an integer tensor. */
export function elementsOfSizes({ form }: Call, sizes: readonly Dim[]): Elements | undefined {
  const numbers = numericShape(sizes);
  switch (form) {
    case 'sizes':
      return sizes;
    case 'exact':
      return numbers && BigInt64Array.from(numbers, BigInt);
    case 'samples':
      return numbers && Float64Array.from(numbers);
  }
}

/** Returns all entries; undefined if any is. */
export function complete<T>(entries: readonly (T | undefined)[] | undefined): readonly T[] | undefined {
  const known = entries?.filter((entry) => entry !== undefined);
  return known?.length === entries?.length ? known : undefined;
}
