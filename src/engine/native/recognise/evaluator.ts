import { shortened } from '../../../base/index.js';
import {
  attribute,
  dataType,
  elementCount,
  floatAttribute,
  intAttribute,
  intsAttribute,
  type NodeProto,
  normalDomain,
  stringAttribute,
  type TensorProto,
  tensorFloats,
  tensorIntegers,
} from '../../../onnx/index.js';
import { type InputRole, inputRoles } from '../../input-roles.js';
import { elementwise, elementwiseOperators } from './elementwise.js';
import type { GraphView } from './graph-view.js';
import * as move from './movement.js';
import { reduce, reductions } from './reduction.js';
import { require } from './unrecognised.js';
import { broadcastShape, count, mostElements, scalar, type Value } from './value.js';

/** Numbers of constants beyond this are looked at in parts only: weights, tables. */
const mostConstants = 65_536;
/** Constants beyond this are not looked at: no rotary table is as large, and to convert a table of words takes long. */
const mostStored = 1 << 22;
/** Numbers that one evaluator works out at most: 256 MB. Sample texts need a tenth; a hostile graph would go on for ever. */
const mostWork = 1 << 25;

export type Evaluate = (value: string) => Value | undefined;

/**
 * Works out values of a graph for one sample input: shapes always, numbers where everything that they depend on is
 * known. So what exporters write as long chains of operators (shapes, positions, masks) is seen for what it gives, not
 * for how it is written.
 *
 * @param given values that are known in advance: the inputs, or what is sent through a part of the graph
 * @param base values for the same input where nothing is given: taken for what does not depend on it
 * @param onWork told how many numbers were worked out
 * @returns undefined for values that depend on operators that it does not know
 * @throws Unrecognised for graphs that take too much work
 */
export function makeEvaluator(
  view: GraphView,
  given: ReadonlyMap<string, Value>,
  base?: Evaluate,
  onWork?: (numbers: number) => void,
): Evaluate {
  const known = new Map<string, Value | undefined>(given);
  const changed = base && downstream(view, given.keys());
  let work = 0;
  return (value) => {
    // Deep graphs would overflow the call stack: what is missing is worked out first.
    const pending = [value];
    const begun = new Set<string>();
    while (pending.length > 0) {
      const next = pending[pending.length - 1];
      if (known.has(next)) {
        pending.pop();
        continue;
      }
      if (base !== undefined && !changed?.has(next)) {
        known.set(next, base(next));
        continue;
      }
      const constant = view.constant(next);
      const node = constant === undefined ? view.producer(next) : undefined;
      const missing = node?.input.filter((input) => input !== '' && !known.has(input)) ?? [];
      if (missing.length > 0 && !begun.has(next)) {
        begun.add(next);
        pending.push(...missing);
      } else if (constant !== undefined) {
        known.set(next, fromTensor(view, constant));
      } else {
        const result = node && run(view, node, node.output.indexOf(next), (input) => known.get(input));
        const numbers = result?.data?.length ?? 0;
        work += numbers;
        require(work <= mostWork, 'a graph that takes too much work to follow');
        onWork?.(numbers);
        known.set(next, result);
      }
    }
    return known.get(value);
  };
}

/** All values that depend on some. */
function downstream(view: GraphView, values: Iterable<string>): ReadonlySet<string> {
  const reached = new Set(values);
  // What is added to a set while it is walked is walked, too.
  for (const value of reached) {
    for (const node of view.consumers(value)) {
      for (const output of node.output) {
        reached.add(output);
      }
    }
  }
  return reached;
}

const floatTypes = [dataType.float, dataType.float16, dataType.bfloat16, dataType.double] as number[];

function fromTensor(view: GraphView, tensor: TensorProto): Value {
  const shape = tensor.dims;
  const kind = floatTypes.includes(tensor.dataType ?? 0) ? 'float' : tensor.dataType === dataType.bool ? 'bool' : 'int';
  if (elementCount(tensor) > mostConstants) {
    const readable = kind === 'float' && elementCount(tensor) <= mostStored;
    return readable ? { shape, kind, stored: () => view.floats(tensor) } : { shape, kind };
  }
  const numbers = kind === 'float' ? tensorFloats(view.model, tensor) : tensorIntegers(view.model, tensor);
  return { shape, kind, data: Float64Array.from(numbers) };
}

/** Does it say anything of what the operator gives? */
export function knowsOperator({ domain, opType = '' }: NodeProto): boolean {
  return normalDomain(domain) === '' && (elementwiseOperators.has(opType) || Object.hasOwn(operators, opType));
}

type Lookup = (value: string) => Value | undefined;

function run(view: GraphView, node: NodeProto, output: number, lookup: Lookup): Value | undefined {
  if (normalDomain(node.domain) !== '') {
    return undefined;
  }
  const opType = node.opType ?? '';
  const inputs = node.input.map((input) => (input === '' ? undefined : lookup(input)));
  if (elementwiseOperators.has(opType)) {
    return inputs.every((input) => input !== undefined)
      ? elementwise(opType, inputs as Value[], stringAttribute(node, 'approximate') ?? 'none')
      : undefined;
  }
  const operator = operators[opType];
  if (operator === undefined || inputs[0] === undefined) {
    return undefined;
  }
  return operator(inputs as unknown as Inputs, node, output, view);
}

/** The first input is known; others may be left out, or not be known. */
type Inputs = readonly [Value, ...(Value | undefined)[]];

type Operator = (inputs: Inputs, node: NodeProto, output: number, view: GraphView) => Value | undefined;

/** Integers that an operator takes as an input or, in older operator sets, as an attribute; null if not known. */
function integers(input: Value | undefined, node: NodeProto, name: string): number[] | undefined | null {
  if (input !== undefined) {
    return input.data === undefined ? null : Array.from(input.data);
  }
  return intsAttribute(node, name);
}

const copy: Operator = ([x]) => x;
const sameShape: Operator = ([x]) => ({ shape: x.shape, kind: 'float' });

const operators: Readonly<Record<string, Operator>> = {
  Identity: copy,
  Dropout: copy,
  LayerNormalization: sameShape,
  Softmax: sameShape,
  Cast: ([x], node) => cast(x, intAttribute(node, 'to') ?? 0),
  Shape: ([x], node) => move.shapeOf(x, intAttribute(node, 'start'), intAttribute(node, 'end')),
  Size: ([x]) => scalar('int', count(x.shape)),
  Transpose: ([x], node) =>
    move.transpose(x, intsAttribute(node, 'perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis)),
  Reshape: ([x, shape], node) =>
    shape?.data && move.reshape(x, Array.from(shape.data), intAttribute(node, 'allowzero') === 1),
  Flatten: ([x], node) => {
    const axis = intAttribute(node, 'axis') ?? 1;
    return { ...x, shape: [count(x.shape.slice(0, axis)), count(x.shape.slice(axis))] };
  },
  Unsqueeze: ([x, axes], node) => {
    const list = integers(axes, node, 'axes');
    return list ? move.unsqueeze(x, list) : undefined;
  },
  Squeeze: ([x, axes], node) => {
    const list = integers(axes, node, 'axes');
    return list === null ? undefined : move.squeeze(x, list);
  },
  Slice: sliceOperator,
  Split: splitOperator,
  Gather: ([x, indices], node) => indices && move.gather(x, indices, intAttribute(node, 'axis') ?? 0),
  GatherElements: ([x, indices], node) => indices && move.gatherElements(x, indices, intAttribute(node, 'axis') ?? 0),
  GatherND: ([x, indices], node) =>
    indices && (intAttribute(node, 'batch_dims') ?? 0) === 0 ? move.gatherNd(x, indices) : undefined,
  Concat: (inputs, node) =>
    inputs.every((input) => input !== undefined)
      ? move.concat(inputs as unknown as Value[], intAttribute(node, 'axis') ?? 0)
      : undefined,
  Expand: ([x, shape]) => shape?.data && expand(x, Array.from(shape.data)),
  Range: ([start, limit, delta]) => range(start, limit, delta),
  ConstantOfShape: constantOfShape,
  CumSum: ([x, axis]) => axis?.data && move.cumulate(x, axis.data[0]),
  Trilu: ([x, diagonal], node) => move.triangle(x, intAttribute(node, 'upper') !== 0, diagonal?.data?.[0] ?? 0),
  MatMul: ([a, b]) => b && matMul(a, b),
  MatMulInteger: ([a, b]) => b && { shape: [...a.shape.slice(0, -1), ...b.shape.slice(-1)], kind: 'int' },
  Gemm: ([a, b], node) =>
    b && { shape: [a.shape[0], b.shape[intAttribute(node, 'transB') === 1 ? 0 : 1]], kind: 'float' },
  DynamicQuantizeLinear: ([x], _node, output) => ({
    shape: output === 0 ? x.shape : [],
    kind: output === 1 ? 'float' : 'int',
  }),
  QuantizeLinear: ([x]) => ({ shape: x.shape, kind: 'int' }),
  DequantizeLinear: sameShape,
  MatMulNBits: ([x], node) => ({ shape: [...x.shape.slice(0, -1), intAttribute(node, 'N') ?? 0], kind: 'float' }),
  GatherBlockQuantized: ([codes, indices], node) =>
    indices && {
      shape: [...indices.shape, (codes.shape[codes.shape.length - 1] * 8) / (intAttribute(node, 'bits') ?? 4)],
      kind: 'float',
    },
  Clip: ([x, low, high], node) => clip(x, low, high, node),
  LpNormalization: ([x], node) => normalization(x, intAttribute(node, 'axis') ?? -1, intAttribute(node, 'p') ?? 2),
  ...Object.fromEntries(Object.entries(reductions).map(([name, reduction]) => [name, reductionBy(reduction)])),
};

function reductionBy(reduction: (numbers: Float64Array) => number): Operator {
  return ([x, axes], node) => {
    const list = integers(axes, node, 'axes');
    return list === null ? undefined : reduce(x, list, intAttribute(node, 'keepdims') !== 0, reduction);
  };
}

function clip(x: Value, low: Value | undefined, high: Value | undefined, node: NodeProto): Value | undefined {
  const bound = (input: Value | undefined, name: string, none: number) =>
    input === undefined ? scalar(x.kind, floatAttribute(node, name) ?? none) : input;
  const atLeast = elementwise('Max', [x, bound(low, 'min', Number.NEGATIVE_INFINITY)], '');
  return atLeast && elementwise('Min', [atLeast, bound(high, 'max', Number.POSITIVE_INFINITY)], '');
}

function normalization(x: Value, axis: number, p: number): Value | undefined {
  return p === 2
    ? elementwise('Div', [x, reduce(x, [axis], true, reductions.ReduceL2)], '')
    : { shape: x.shape, kind: x.kind };
}

function cast(x: Value, to: number): Value {
  const integer = [dataType.int64, dataType.int32, dataType.int8, dataType.uint8] as number[];
  const kind = to === dataType.bool ? 'bool' : integer.includes(to) ? 'int' : 'float';
  const convert = kind === 'bool' ? (v: number) => Number(v !== 0) : kind === 'int' ? Math.trunc : (v: number) => v;
  return { shape: x.shape, kind, data: kind === x.kind ? x.data : x.data?.map(convert) };
}

function sliceOperator(inputs: Inputs, node: NodeProto): Value | undefined {
  const [x, ...rest] = inputs;
  const starts = integers(rest[0], node, 'starts');
  const ends = integers(rest[1], node, 'ends');
  const axes = integers(rest[2], node, 'axes');
  if (!starts || !ends || axes === null || (rest[3] !== undefined && rest[3].data === undefined)) {
    return undefined;
  }
  const steps = rest[3]?.data;
  return move.slice(
    x,
    starts.map((start, i) => ({ axis: axes?.[i] ?? i, start, end: ends[i], step: steps?.[i] ?? 1 })),
  );
}

function splitOperator([x, split]: Inputs, node: NodeProto, output: number): Value | undefined {
  const axis = intAttribute(node, 'axis') ?? 0;
  const length = x.shape[axis < 0 ? axis + x.shape.length : axis];
  const given = integers(split, node, 'split');
  if (given === null) {
    return undefined;
  }
  const each = Math.ceil(length / node.output.length);
  const even = node.output.map((_, i) => Math.min(each, length - i * each));
  return move.splitPart(x, given ?? even, axis, output);
}

function expand(x: Value, wanted: readonly number[]): Value | undefined {
  const shape = broadcastShape([x.shape, wanted]);
  return shape && elementwise('Add', [x, zeros(shape, x.kind)], '');
}

function zeros(shape: readonly number[], kind: Value['kind']): Value {
  return { shape, kind, data: count(shape) > mostElements ? undefined : new Float64Array(count(shape)) };
}

function range(start: Value, limit: Value | undefined, delta: Value | undefined): Value | undefined {
  if (start.data === undefined || limit?.data === undefined || delta?.data === undefined) {
    return undefined;
  }
  const [first, end, step] = [start.data[0], limit.data[0], delta.data[0]];
  const length = Math.min(Math.max(0, Math.ceil((end - first) / step)), mostElements);
  return { shape: [length], kind: start.kind, data: Float64Array.from({ length }, (_, i) => first + i * step) };
}

function constantOfShape([shape]: Inputs, node: NodeProto, _output: number, view: GraphView): Value | undefined {
  if (shape.data === undefined) {
    return undefined;
  }
  const tensor = attribute(node, 'value')?.t;
  const filling = tensor === undefined ? scalar('float', 0) : fromTensor(view, tensor);
  const empty = zeros(Array.from(shape.data), filling?.kind ?? 'float');
  return { ...empty, data: empty.data?.fill(filling?.data?.[0] ?? 0) };
}

/** Shapes of any product, numbers of small ones: exporters write rotary angles as position × frequency this way. */
function matMul(a: Value, b: Value): Value | undefined {
  if (a.shape.length < 2 || b.shape.length < 2) {
    return undefined;
  }
  const batch = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const [rows, depth] = a.shape.slice(-2);
  const columns = b.shape[b.shape.length - 1];
  if (batch === undefined || b.shape[b.shape.length - 2] !== depth) {
    return undefined;
  }
  const shape = [...batch, rows, columns];
  if (a.data === undefined || b.data === undefined || depth !== 1) {
    return { shape, kind: 'float' };
  }
  return elementwise('Mul', [a, b], '');
}

/**
 * What a model is given for one text without padding. Roles of inputs are those of their names, as with ONNX Runtime:
 * a mask and token types look the same in the graph as long as nothing pads.
 *
 * @param idAt the token id at a place
 * @throws Unrecognised for inputs of other names
 */
export function textInputs(view: GraphView, tokens: number, idAt: (place: number) => number): Map<string, Value> {
  const numbers: Readonly<Record<InputRole, (place: number) => number>> = {
    ids: idAt,
    mask: () => 1,
    types: () => 0,
    positions: (place) => place,
  };
  return new Map(
    inputsOf(view).map((name) => {
      const role = inputRoles.get(name);
      require(role !== undefined, `it asks for the input ${shortened(name)}`);
      const data = Float64Array.from({ length: tokens }, (_, place) => numbers[role](place));
      return [name, { shape: [1, tokens], kind: 'int', data }];
    }),
  );
}

/** Old files list their initializers as inputs, too. */
function inputsOf(view: GraphView): string[] {
  const initializers = new Set(view.graph.initializer.map(({ name }) => name));
  return view.graph.input.flatMap(({ name = '' }) => (initializers.has(name) ? [] : [name]));
}
