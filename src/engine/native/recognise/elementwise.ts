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
  if (opType === 'Where') {
    return combine(inputs, inputs[1].kind, ([condition, a, b]) => (condition !== 0 ? a : b));
  }
  if (opType === 'Gelu') {
    const function_ = geluKind === 'tanh' ? activations.geluTanh : activations.gelu;
    return combine(inputs, 'float', ([x]) => function_(x));
  }
  if (opType in unary) {
    return combine(inputs, inputs[0].kind, ([x]) => unary[opType](x));
  }
  if (opType in toBool) {
    return combine(inputs, 'bool', ([x]) => toBool[opType](x));
  }
  if (opType in comparisons) {
    return combine(inputs, 'bool', ([a, b]) => comparisons[opType](a, b));
  }
  return combine(inputs, inputs[0].kind, (values) => values.reduce((a, b) => binary[opType](a, b)));
}

function combine(
  inputs: readonly Value[],
  kind: Value['kind'],
  operation: (values: readonly number[]) => number,
): Value | undefined {
  const shape = broadcastShape(inputs.map((input) => input.shape));
  if (shape === undefined) {
    return undefined;
  }
  const datas = inputs.map((input) => input.data);
  if (datas.some((data) => data === undefined) || count(shape) > mostElements) {
    return { shape, kind };
  }
  const places = inputs.map((input) => broadcastIndices(input.shape, shape));
  const round = kind === 'float' ? Math.fround : kind === 'int' ? Math.trunc : Number;
  const values = new Array<number>(inputs.length);
  const data = new Float64Array(count(shape));
  for (let i = 0; i < data.length; i++) {
    for (let j = 0; j < values.length; j++) {
      values[j] = (datas[j] as Float64Array)[places[j][i]];
    }
    data[i] = round(operation(values));
  }
  return { shape, kind, data };
}
