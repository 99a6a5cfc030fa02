import {
  elementCount,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorFloats,
  tensorIntegers,
} from '../onnx/index.js';
import { type GraphIndex, indexGraph } from './graph-index.js';
import { type Output, outputsOf } from './operators/operator.js';
import { operatorOf } from './operators/operators.js';
import { count, heldElements, isFloat, numericShape, type Value } from './operators/value.js';

/** A value for one sample input: always its shape, its numbers where they are cheap. */
export interface Sample {
  readonly shape: readonly number[];
  /** Element type (TensorProto.DataType). */
  readonly type?: number;
  /** Row-major; floats rounded to single precision, booleans 0 and 1. */
  readonly data?: Float64Array;
}

/** The sample of a value; undefined for values that depend on operators that are not known. */
export type SampleOf = (value: string) => Sample | undefined;

/** Works out the values of a graph for sample inputs. */
export interface Sampler {
  /**
   * Computes the values of the graph.
   *
   * @param given values that are known in advance: the inputs, or what is sent through a part of the graph
   * @param onWork told how many numbers were worked out; may throw, to stop a graph that takes too much work
   */
  sample(given: ReadonlyMap<string, Sample>, onWork: (numbers: number) => void): Samples;
}

/** What follows from a sample input. */
export interface Samples {
  readonly of: SampleOf;
  /** Computes the samples again with other values for some inputs. */
  with(given: ReadonlyMap<string, Sample>, onWork: (numbers: number) => void): SampleOf;
}

/** Numbers of values beyond this are not worked out: sample texts need less, and memory is not to be had for the asking. */
export const mostSamples = 1 << 24;

/** Numbers of constants beyond this are looked at in parts only: weights, tables. */
const mostConstants = 65_536;
/** Constants beyond this are not looked at: no rotary table is as large, and to convert a table of words takes long. */
const mostStored = 1 << 22;

/**
 * Works out values of a graph for sample inputs: shapes always, numbers where everything that they depend on is known.
 * So what exporters write as long chains of operators (shapes, positions, masks) is seen for what it gives, not for how
 * it is written.
 */
export function makeSampler(model: OnnxModel, index: GraphIndex = indexGraph(model.proto.graph)): Sampler {
  const constants = new Map<TensorProto, Value>();
  const constant = (tensor: TensorProto): Value => {
    const value = constants.get(tensor) ?? constantValue(model, tensor);
    constants.set(tensor, value);
    return value;
  };
  return {
    sample(given, onWork) {
      const lookup = makeLookup(index, constant, given, onWork);
      return {
        of: (name) => toSample(lookup(name)),
        with(others, onOtherWork) {
          const changed = downstream(index, others.keys());
          const base = (name: string) => (changed.has(name) ? undefined : { value: lookup(name) });
          const inner = makeLookup(index, constant, others, onOtherWork, base);
          return (name) => toSample(inner(name));
        },
      };
    },
  };
}

type Lookup = (name: string) => Value | undefined;

/**
 * Makes a look-up of values over those of a base.
 *
 * @param base values that are known elsewhere
 */
function makeLookup(
  index: GraphIndex,
  constant: (tensor: TensorProto) => Value,
  given: ReadonlyMap<string, Sample>,
  onWork: (numbers: number) => void,
  base: (name: string) => { readonly value: Value | undefined } | undefined = () => undefined,
): Lookup {
  const known = new Map<string, Value | undefined>();
  for (const [name, { type, shape, data }] of given) {
    known.set(name, { type, shape, elements: data });
  }
  const read = (tensor: TensorProto) => constant(tensor).elements;
  const work = (node: NodeProto): void => {
    const operator = operatorOf(node);
    const inputs = node.input.map((input) => known.get(input));
    const outputs = operator && outputsOf(operator, { node, form: 'samples', inputs, read, wants });
    for (const [i, name] of node.output.entries()) {
      const value = outputs?.[i];
      onWork(heldElements(value)?.length ?? 0);
      if (!known.has(name)) {
        known.set(name, numericShape(value?.shape) && value);
      }
    }
  };
  return (name) => {
    // Deep graphs would overflow the call stack: what is missing is worked out first.
    const pending = [name];
    const begun = new Set<string>();
    while (pending.length > 0) {
      const next = pending[pending.length - 1];
      const elsewhere = known.has(next) ? undefined : base(next);
      const tensor = index.initializers.get(next);
      const node = index.producers.get(next);
      const missing = node?.input.filter((input) => input !== '' && !known.has(input)) ?? [];
      if (known.has(next)) {
        pending.pop();
      } else if (elsewhere !== undefined) {
        known.set(next, elsewhere.value);
      } else if (tensor !== undefined || node === undefined) {
        known.set(next, tensor && constant(tensor));
      } else if (missing.length > 0 && !begun.has(next)) {
        begun.add(next);
        pending.push(...missing);
      } else {
        work(node);
      }
    }
    return known.get(name);
  };
}

function wants({ shape }: Output): boolean {
  return count(shape) <= mostSamples;
}

function toSample(value: Value | undefined): Sample | undefined {
  const shape = numericShape(value?.shape);
  const data = heldElements(value);
  return shape && { shape, type: value?.type, data: data instanceof Float64Array ? data : undefined };
}

/** Returns all values that depend on the given ones. */
function downstream(index: GraphIndex, values: Iterable<string>): ReadonlySet<string> {
  const reached = new Set(values);
  // What is added to a set while it is walked is walked, too.
  for (const value of reached) {
    for (const node of index.consumers.get(value) ?? []) {
      for (const output of node.output) {
        reached.add(output);
      }
    }
  }
  return reached;
}

function constantValue(model: OnnxModel, tensor: TensorProto): Value {
  const { dims: shape, dataType: type } = tensor;
  const length = elementCount(tensor);
  if (length <= mostConstants) {
    return { type, shape, elements: Float64Array.from(numbersIn(model, tensor)) };
  }
  let floats: Float32Array | undefined;
  const read = (): Float32Array => {
    floats ??= tensorFloats(model, tensor);
    return floats;
  };
  return { type, shape, elements: isFloat(type) && length <= mostStored ? { length, read } : undefined };
}

function numbersIn(model: OnnxModel, tensor: TensorProto): ArrayLike<number> {
  return isFloat(tensor.dataType) ? tensorFloats(model, tensor) : tensorIntegers(model, tensor);
}
