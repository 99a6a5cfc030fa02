import { dataType } from '../../onnx/index.js';
import { arraysOfOneType, broadcastStrides, emptyLike, isList, strided } from './move-elements.js';
import { type Call, complete, type Output } from './operator.js';
import {
  count,
  type Dim,
  type Elements,
  type HeldElements,
  heldElements,
  isFloat,
  isStored,
  type NumberArray,
  numericShape,
  type Value,
} from './value.js';

/** What an elementwise operator makes of one element of each input. */
export interface Arithmetic {
  /** In double precision: the result is rounded to the type that it has. */
  readonly numbers: (a: number, b: number, c: number) => number;
  /** On integers held exactly; they wrap. Undefined where the result is not defined. */
  readonly integers?: (a: bigint, b: bigint) => bigint | undefined;
  /** On sizes, which may be names; undefined where the result is neither a number nor one of the names. */
  readonly sizes?: (a: Dim, b: Dim, c: Dim) => Dim | undefined;
}

/** Applies an elementwise operator to all elements of values, broadcast to the output's shape. */
export function calculate(
  arithmetic: Arithmetic,
  values: readonly (Value | undefined)[],
  { form }: Call,
  { type, shape }: Output,
): Elements | undefined {
  const length = count(shape);
  const known = values.every((value) => heldElements(value) !== undefined);
  const operands = known ? complete(values.map((value) => repeated(value, shape))) : undefined;
  if (operands === undefined) {
    return undefined;
  }
  const lists = operands.filter(isList);
  if (lists.length === operands.length) {
    return calculateSizes(arithmetic, lists, length);
  }
  const arrays = arraysOfOneType(operands);
  if (arrays === undefined) {
    return undefined;
  }
  const [first] = arrays;
  if (first instanceof Float64Array || first instanceof Float32Array) {
    const result = emptyLike(first, length);
    if (form === 'samples') {
      calculateSamples(arithmetic.numbers, arrays as readonly Floats[], result, roundingOf(type));
    } else {
      calculateNumbers(arithmetic.numbers, arrays as readonly Floats[], result);
    }
    return result;
  }
  return calculateIntegers(arithmetic, arrays, length);
}

/** Values that would be repeated to more elements than this are left to the run time. */
const mostRepeated = 2 ** 24;

/** Repeats the elements of a value to fill a shape; a single one stays single. */
function repeated(value: Value | undefined, shape: readonly number[]): HeldElements | undefined {
  const elements = heldElements(value);
  const own = numericShape(value?.shape);
  if (elements === undefined || own === undefined || elements.length === 1 || elements.length === count(shape)) {
    return elements;
  }
  const all = count(shape) <= mostRepeated ? strided(elements, shape, broadcastStrides(own, shape)) : undefined;
  return isStored(all) ? undefined : all;
}

type Floats = Float32Array | Float64Array;

const stepOf = (operand: Floats): number => (operand.length === 1 ? 0 : 1);

function calculateNumbers(numbers: Arithmetic['numbers'], [a, b = a, c = a]: readonly Floats[], result: Floats): void {
  const [stepA, stepB, stepC] = [stepOf(a), stepOf(b), stepOf(c)];
  for (let i = 0; i < result.length; i++) {
    result[i] = numbers(a[i * stepA], b[i * stepB], c[i * stepC]);
  }
}

/**
 * The same for samples, rounded. Attention masks are a million elements in long runs of the same number: what follows
 * from elements that equal those before is not worked out again. The sign of a zero is not looked at.
 */
function calculateSamples(
  numbers: Arithmetic['numbers'],
  [a, b = a, c = a]: readonly Floats[],
  result: Floats,
  round: (x: number) => number,
): void {
  const [stepA, stepB, stepC] = [stepOf(a), stepOf(b), stepOf(c)];
  let x = a[0];
  let y = b[0];
  let z = c[0];
  let made = round(numbers(x, y, z));
  for (let i = 0, atA = 0, atB = 0, atC = 0; i < result.length; i++, atA += stepA, atB += stepB, atC += stepC) {
    if (a[atA] !== x || b[atB] !== y || c[atC] !== z) {
      x = a[atA];
      y = b[atB];
      z = c[atC];
      made = round(numbers(x, y, z));
    }
    result[i] = made;
  }
}

/** How samples are rounded to the precision of their type. */
function roundingOf(type: number | undefined): (x: number) => number {
  return isFloat(type) || type === undefined ? Math.fround : type === dataType.bool ? (x) => x : Math.trunc;
}

/** Rounds samples to the precision of their type. */
export function rounded(samples: Floats, type: number | undefined): Floats {
  // A loop for each: with the function in a variable, every element costs a call.
  if (isFloat(type) || type === undefined) {
    for (let i = 0; i < samples.length; i++) {
      samples[i] = Math.fround(samples[i]);
    }
  } else if (type !== dataType.bool) {
    for (let i = 0; i < samples.length; i++) {
      samples[i] = Math.trunc(samples[i]);
    }
  }
  return samples;
}

function calculateIntegers(
  { integers }: Arithmetic,
  [a, b = a]: readonly NumberArray[],
  length: number,
): Elements | undefined {
  const exact = a instanceof BigInt64Array || a instanceof Int32Array;
  if (integers === undefined || !exact) {
    return undefined;
  }
  const at = (operand: typeof b, i: number): bigint => BigInt(operand[operand.length === 1 ? 0 : i]);
  const results = complete(Array.from({ length }, (_, i) => integers(at(a, i), at(b, i))));
  return a instanceof BigInt64Array
    ? results && BigInt64Array.from(results)
    : results && Int32Array.from(results, (result) => Number(BigInt.asIntN(32, result)));
}

function calculateSizes(
  { sizes }: Arithmetic,
  operands: readonly (readonly Dim[])[],
  length: number,
): Elements | undefined {
  const at = (operand: readonly Dim[] | undefined, i: number): Dim => operand?.[operand.length === 1 ? 0 : i] ?? 0;
  const [a, b, c] = operands;
  return sizes && complete(Array.from({ length }, (_, i) => sizes(at(a, i), at(b, i), at(c, i))));
}
