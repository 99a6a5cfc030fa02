import { broadcastIndices, broadcastShape, count, mostElements, type Value } from './value.js';

type Unary = (x: number) => number;
type Binary = (a: number, b: number) => number;

/** The error function by its power series, to 1e-8: beyond 4 it is ±1 to that precision. */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 4) {
    return Math.sign(x);
  }
  let sum = magnitude;
  let term = magnitude;
  for (let n = 1; Math.abs(term) > 1e-17 && n < 200; n++) {
    term *= (-magnitude * magnitude) / n;
    sum += term / (2 * n + 1);
  }
  return (Math.sign(x) * sum * 2) / Math.sqrt(Math.PI);
}

const tanhGelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const erfGelu = (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export const activations = {
  gelu: erfGelu,
  geluTanh: tanhGelu,
  relu: (x: number) => Math.max(x, 0),
  silu: (x: number) => x * sigmoid(x),
} as const;

const unary: Readonly<Record<string, Unary>> = {
  Neg: (x) => -x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Log: Math.log,
  Exp: Math.exp,
  Sin: Math.sin,
  Cos: Math.cos,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Sign: Math.sign,
  Reciprocal: (x) => 1 / x,
  Erf: erf,
  Tanh: Math.tanh,
  Sigmoid: sigmoid,
  Relu: activations.relu,
};

const toBool: Readonly<Record<string, Unary>> = {
  Not: (x) => (x === 0 ? 1 : 0),
  IsNaN: (x) => (Number.isNaN(x) ? 1 : 0),
};

const binary: Readonly<Record<string, Binary>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Mod: (a, b) => a - b * Math.floor(a / b),
  Min: Math.min,
  Max: Math.max,
};

const comparisons: Readonly<Record<string, Binary>> = {
  Equal: (a, b) => Number(a === b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
  Xor: (a, b) => Number((a !== 0) !== (b !== 0)),
};

export const elementwiseOperators: ReadonlySet<string> = new Set([
  ...Object.keys(unary),
  ...Object.keys(toBool),
  ...Object.keys(binary),
  ...Object.keys(comparisons),
  'Gelu',
  'Where',
]);

/** An elementwise operator on inputs of one kind each; undefined where the shapes do not go together. */
export function elementwise(opType: string, inputs: readonly Value[], geluKind: string): Value | undefined {
  const [a, b] = inputs;
  if (opType === 'Where') {
    return inputs.length === 3 ? combine(inputs, b.kind, choose) : undefined;
  }
  if (opType === 'Gelu') {
    return combine([a], 'float', each(geluKind === 'tanh' ? activations.geluTanh : activations.gelu));
  }
  if (opType in unary) {
    return combine([a], a.kind, each(unary[opType]));
  }
  if (opType in toBool) {
    return combine([a], 'bool', each(toBool[opType]));
  }
  const operation = pairs(comparisons[opType] ?? binary[opType]);
  const kind = opType in comparisons ? 'bool' : a.kind;
  return inputs.length === 1
    ? a
    : inputs.reduce<Value | undefined>((left, right, i) => {
        return i === 0 ? right : left && combine([left, right], kind, operation);
      }, undefined);
}

/** Numbers of an input, and where the one for an element of the result stands. */
interface Operand {
  readonly data: Float64Array;
  readonly at: (index: number) => number;
}

/** Writes all elements of a result. */
type Operation = (operands: readonly Operand[], result: Float64Array) => void;

const each =
  (operation: Unary): Operation =>
  ([x], result) => {
    for (let i = 0; i < result.length; i++) {
      result[i] = operation(x.data[i]);
    }
  };

const pairs =
  (operation: Binary): Operation =>
  ([a, b], result) => {
    for (let i = 0; i < result.length; i++) {
      result[i] = operation(a.data[a.at(i)], b.data[b.at(i)]);
    }
  };

const choose: Operation = ([condition, a, b], result) => {
  for (let i = 0; i < result.length; i++) {
    result[i] = condition.data[condition.at(i)] !== 0 ? a.data[a.at(i)] : b.data[b.at(i)];
  }
};

function combine(inputs: readonly Value[], kind: Value['kind'], operation: Operation): Value | undefined {
  const shape = broadcastShape(inputs.map((input) => input.shape));
  if (shape === undefined) {
    return undefined;
  }
  if (inputs.some(({ data }) => data === undefined) || count(shape) > mostElements) {
    return { shape, kind };
  }
  const operands = inputs.map((input) => ({ data: input.data as Float64Array, at: placeOf(input.shape, shape) }));
  const data = new Float64Array(count(shape));
  operation(operands, data);
  if (kind !== 'bool') {
    const round = kind === 'float' ? Math.fround : Math.trunc;
    for (let i = 0; i < data.length; i++) {
      data[i] = round(data[i]);
    }
  }
  return { shape, kind, data };
}

/** Most inputs have the shape of the result, or are single numbers: they need no list of places. */
function placeOf(from: readonly number[], to: readonly number[]): (index: number) => number {
  const length = count(from);
  if (length === 1) {
    return () => 0;
  }
  if (length === count(to)) {
    return (index) => index;
  }
  const places = broadcastIndices(from, to);
  return (index) => places[index];
}
