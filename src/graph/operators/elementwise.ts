import { activations, erf, sigmoid } from '../../numbers/index.js';
import { dataType, floatAttribute, stringAttribute } from '../../onnx/index.js';
import { broadcast } from './broadcast.js';
import { type Arithmetic, calculate } from './calculate.js';
import { always, type Call, likeInput, type Operator, type Operators, type Output, shapeOfInput } from './operator.js';
import type { Dim, Elements, Value } from './value.js';

/** Operators that make an element of their result of one element of each input. */

const bool = always(dataType.bool);

/** Describes an operator of one input; without `numbers`, only the shape is known. */
function unary(numbers?: (x: number) => number, more: Operator = {}): Operator {
  return {
    shapes: shapeOfInput(0),
    elements: numbers && ((call, output) => calculate({ numbers }, [call.inputs[0]], call, output)),
    ...more,
  };
}

/** Describes an operator whose inputs are broadcast to one shape. */
function broadcasting(arithmetic?: Arithmetic, more: Operator = {}): Operator {
  return {
    shapes: (call) => [
      broadcast(
        call,
        call.node.input.map((_, i) => call.inputs[i]?.shape),
      ),
    ],
    elements: arithmetic && ((call, output) => calculate(arithmetic, call.inputs, call, output)),
    ...more,
  };
}

/** Describes the same operation on any number of inputs: on two, then on the result and the next. */
function repeated(numbers: Arithmetic['numbers']): Operator {
  return broadcasting(undefined, {
    elements: (call, output) => {
      const { type, shape } = output;
      const [first, ...others] = call.inputs;
      const both = (a: Value | undefined, b: Value | undefined): Value => ({
        type,
        shape,
        elements: calculate({ numbers }, [a, b], call, output),
      });
      return others.length === 0 ? first?.elements : others.reduce<Value | undefined>(both, first)?.elements;
    },
  });
}

function comparison(numbers: (a: number, b: number) => boolean, sizes?: Arithmetic['sizes']): Operator {
  return broadcasting({ numbers: (a, b) => Number(numbers(a, b)), sizes }, { types: bool });
}

/** Computes with two sizes, of which one may be a name if the other changes nothing. */
function onSizes(numbers: (a: number, b: number) => number, neutralLeft?: number, neutralRight?: number) {
  return (a: Dim, b: Dim): Dim | undefined => {
    if (typeof a === 'number' && typeof b === 'number') {
      const result = numbers(a, b);
      return Number.isSafeInteger(result) ? result : undefined;
    }
    return b === neutralRight ? a : a === neutralLeft ? b : undefined;
  };
}

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;
const multiply = (a: number, b: number): number => a * b;

export const multiplication: Arithmetic = {
  numbers: multiply,
  integers: (a, b) => a * b,
  sizes: onSizes(multiply, 1, 1),
};

export const division: Arithmetic = {
  numbers: (a, b) => a / b,
  integers: (a, b) => (b === 0n ? undefined : a / b),
  sizes: onSizes((a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b)), undefined, 1),
};

/** Compares two sizes: 1 for equal, 0 for unequal. Sizes are never negative, so none equals -1. */
function equalSizes(a: Dim, b: Dim): Dim | undefined {
  if (a === b) {
    return 1;
  }
  const numbers = [a, b].filter((size) => typeof size === 'number');
  return numbers.length === 2 || numbers.some((number) => number < 0) ? 0 : undefined;
}

const gelu: Operator = {
  shapes: shapeOfInput(0),
  elements: (call, output) => {
    const kind = stringAttribute(call.node, 'approximate') === 'tanh' ? 'geluTanh' : 'gelu';
    return calculate({ numbers: activations[kind] }, [call.inputs[0]], call, output);
  },
};

/** Clips a value. The bounds are inputs or, in older opsets, attributes. */
function clip(call: Call, output: Output): Elements | undefined {
  const { node, inputs } = call;
  const [low = '', high = ''] = node.input.slice(1);
  if ((low && !inputs[1]) || (high && !inputs[2])) {
    return undefined;
  }
  const bound = (input: Value | undefined, name: string, none: number): Value =>
    input ?? { type: output.type, shape: [], elements: Float64Array.of(floatAttribute(node, name) ?? none) };
  const bounds = [bound(inputs[1], 'min', Number.NEGATIVE_INFINITY), bound(inputs[2], 'max', Number.POSITIVE_INFINITY)];
  const numbers = (x: number, least: number, most: number): number => Math.min(Math.max(x, least), most);
  return calculate({ numbers }, [inputs[0], ...bounds], call, output);
}

export const elementwiseOperators: Operators = {
  Abs: unary(Math.abs),
  Add: broadcasting({ numbers: add, integers: (a, b) => a + b, sizes: onSizes(add, 0, 0) }, { folds: true }),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Ceil: unary(Math.ceil),
  Clip: { shapes: shapeOfInput(0), elements: clip },
  Cos: unary(Math.cos),
  Div: broadcasting(division, { folds: true }),
  Elu: unary(),
  Equal: comparison((a, b) => a === b, equalSizes),
  Erf: unary(erf),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Gelu: gelu,
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  HardSigmoid: unary(),
  HardSwish: unary(),
  IsInf: unary(undefined, { types: bool }),
  IsNaN: unary((x) => Number(Number.isNaN(x)), { types: bool }),
  LeakyRelu: unary(),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Log: unary(Math.log),
  Max: repeated(Math.max),
  Mean: broadcasting(),
  Min: repeated(Math.min),
  Mish: unary(),
  Mod: broadcasting({ numbers: (a, b) => a - b * Math.floor(a / b) }),
  Mul: broadcasting(multiplication, { folds: true }),
  Neg: unary((x) => -x),
  Not: unary((x) => Number(x === 0), { types: bool }),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Pow: broadcasting({ numbers: (a, b) => a ** b }),
  Reciprocal: unary((x) => 1 / x),
  Relu: unary(activations.relu),
  Round: unary(),
  Sigmoid: unary(sigmoid),
  Sign: unary(Math.sign),
  Sin: unary(Math.sin),
  Softplus: unary(),
  Softsign: unary(),
  Sqrt: unary(Math.sqrt, { folds: true }),
  Sub: broadcasting(
    { numbers: subtract, integers: (a, b) => a - b, sizes: onSizes(subtract, undefined, 0) },
    { folds: true },
  ),
  Sum: broadcasting(),
  Tanh: unary(Math.tanh),
  Where: broadcasting(
    {
      numbers: (condition, a, b) => (condition !== 0 ? a : b),
      sizes: (condition, a, b) => (typeof condition === 'number' ? (condition === 0 ? b : a) : undefined),
    },
    { types: likeInput(1) },
  ),
  Xor: comparison((a, b) => (a !== 0) !== (b !== 0)),
};
