import { type ElementTypes, type GraphIndex, indexGraph, inferElementTypes, inferShapes } from '../../graph/index.js';
import {
  floatTensor,
  int64Tensor,
  makeNode,
  type NodeOptions,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
} from '../../onnx/index.js';

/** What is looked up of a graph while its fused operators are written out, and where constants for that go. */
export interface FusedGraph {
  readonly index: GraphIndex;
  readonly types: ElementTypes;
  /** Sizes of a value, numbers or names; undefined where not even the rank is known. */
  readonly shapeOf: (value: string) => readonly (number | string)[] | undefined;
  /** Constants that were added, by name. */
  readonly added: Map<string, TensorProto>;
}

/** Returns what is known of a graph. Shapes are inferred when they are first asked for. */
export function fusedGraph(model: OnnxModel): FusedGraph {
  const { graph } = model.proto;
  let shapes: ReadonlyMap<string, readonly (number | string)[]> | undefined;
  return {
    index: indexGraph(graph),
    types: inferElementTypes(graph),
    shapeOf(value) {
      shapes ??= inferShapes(model).dims;
      return shapes.get(value);
    },
    added: new Map(),
  };
}

/** Why a fused operator stays as it is. It never leaves the folder. */
export class Unwritten extends Error {}

/**
 * Leaves an operator as it is unless a condition holds.
 *
 * @throws Unwritten
 */
export function require(condition: boolean, reason: string): asserts condition {
  if (!condition) {
    throw new Unwritten(reason);
  }
}

/** Writes a fused node in others that give the same. @throws Unwritten */
export type Expansion = (node: NodeProto, fused: FusedGraph) => readonly NodeProto[];

/** Nodes one after the other, whose values have names of their own. */
export class Chain {
  readonly nodes: NodeProto[] = [];
  readonly #prefix: string;
  readonly #fused: FusedGraph;

  constructor(node: NodeProto, fused: FusedGraph) {
    this.#prefix = node.output.find((name) => name !== '') ?? '';
    this.#fused = fused;
  }

  add(
    opType: string,
    input: readonly string[],
    attributes: NonNullable<NodeOptions['attributes']> = {},
    output?: string,
  ): string {
    const made = output || `${this.#prefix}::${this.nodes.length}`;
    this.nodes.push(makeNode(opType, input, [made], { attributes }));
    return made;
  }

  /** Splits a value into parts of equal size along the last axis. */
  split(value: string, parts: readonly string[]): string[] {
    const outputs = parts.map((part) => `${this.#prefix}::${part}`);
    this.nodes.push(makeNode('Split', [value], outputs, { attributes: { axis: { int: -1 } } }));
    return outputs;
  }

  transpose(value: string, perm: readonly number[], output?: string): string {
    return this.add('Transpose', [value], { perm: { ints: perm } }, output);
  }

  reshape(value: string, dims: readonly number[], output?: string): string {
    return this.add('Reshape', [value, this.integers([dims.length], dims)], {}, output);
  }

  /** Takes the positions `from` to `to` of an axis, each `step`th. */
  slice(value: string, axis: number, from: number, to: number, step = 1): string {
    const inputs = [from, to, axis, step].map((number) => this.integers([1], [number]));
    return this.add('Slice', [value, ...inputs]);
  }

  /** Takes parts of an axis one after the other, from each bound to the next. */
  parts(value: string, axis: number, bounds: readonly number[]): string[] {
    return bounds.slice(1).map((to, i) => this.slice(value, axis, bounds[i], to));
  }

  unsqueeze(value: string, ...axes: readonly number[]): string {
    return this.add('Unsqueeze', [value, this.integers([axes.length], axes)]);
  }

  concat(values: readonly string[], axis: number, output?: string): string {
    return this.add('Concat', values, { axis: { int: axis } }, output);
  }

  /** Counts 0, 1, … along an axis of a value. */
  counted(value: string, axis: number): string {
    const [zero, one] = [this.integers([], [0]), this.integers([], [1])];
    const length = this.add('Gather', [this.add('Shape', [value]), this.integers([], [axis])]);
    return this.add('Range', [zero, length, one]);
  }

  integers(dims: readonly number[], values: readonly number[]): string {
    return this.#constant(int64Tensor(`${this.#prefix}::integers:${dims}:${values}`, dims, values));
  }

  float(value: number): string {
    return this.#constant(floatTensor(`${this.#prefix}::float:${value}`, [], Float32Array.of(value)));
  }

  #constant(tensor: TensorProto): string {
    const { name = '' } = tensor;
    this.#fused.added.set(name, tensor);
    return name;
  }
}

/** Beyond the end of every axis. */
export const toEnd = Number.MAX_SAFE_INTEGER;
