import { toInt64 } from './make-tensor.js';
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from './messages.js';
import { normalDomain } from './model.js';

/** AttributeProto.AttributeType */
export const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const;

/** What an attribute can be made from. Numbers in `int` and `ints` must be integers. */
export type AttributeValue =
  | { readonly int: number | bigint }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly tensor: TensorProto };

const emptyAttribute = { floats: [], ints: [], strings: [], tensors: [], graphs: [] } as const;

/**
 * Makes an attribute whose type follows from the value.
 *
 * @example
 * ```ts
 * makeAttribute('axis', { int: 1 });
 * ```
 */
export function makeAttribute(name: string, value: AttributeValue): AttributeProto {
  if ('int' in value) {
    return { ...emptyAttribute, name, type: attributeType.int, i: toInt64(value.int) };
  }
  if ('float' in value) {
    return { ...emptyAttribute, name, type: attributeType.float, f: value.float };
  }
  if ('string' in value) {
    return { ...emptyAttribute, name, type: attributeType.string, s: new TextEncoder().encode(value.string) };
  }
  if ('ints' in value) {
    return { ...emptyAttribute, name, type: attributeType.ints, ints: value.ints.map(toInt64) };
  }
  return { ...emptyAttribute, name, type: attributeType.tensor, t: value.tensor };
}

/** What a node may have besides its operator, inputs and outputs. */
export interface NodeOptions {
  /** Name of the node, unique in its graph; none by default. */
  readonly name?: string;
  /** Operator set that the operator belongs to; ONNX's own by default. */
  readonly domain?: string;
  /** Attributes by name. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/**
 * Makes a node. An input of '' is an optional input that is left out.
 *
 * @example
 * ```ts
 * makeNode('Gather', ['table', 'ids'], ['rows'], { attributes: { axis: { int: 0 } } });
 * ```
 */
export function makeNode(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  options: NodeOptions = {},
): NodeProto {
  return {
    opType,
    input,
    output,
    name: options.name ?? output[0],
    domain: options.domain,
    attribute: Object.entries(options.attributes ?? {}).map(([name, value]) => makeAttribute(name, value)),
    metadataProps: [],
  };
}

/**
 * Tells whether the node is this operator of this domain.
 *
 * @example
 * ```ts
 * const products = model.proto.graph.node.filter((node) => isOp(node, 'MatMul'));
 * ```
 */
export function isOp<Op extends string>(
  node: NodeProto | undefined,
  opType: Op,
  domain = '',
): node is NodeProto & { readonly opType: Op } {
  return node !== undefined && node.opType === opType && normalDomain(node.domain) === domain;
}

/**
 * Returns the attribute of a name, or undefined if the node does not have it.
 *
 * @example
 * ```ts
 * const value = attribute(node, 'value')?.t;
 * ```
 */
export function attribute(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((candidate) => candidate.name === name);
}

// Writers of the proto3 dialect leave out what is 0 or empty: an attribute of the type without a value has that value.

/**
 * Returns an integer attribute; beyond ±2^53 the nearest number, see {@link toInt64}.
 *
 * @example
 * ```ts
 * const axis = intAttribute(node, 'axis') ?? 0;
 * ```
 */
export function intAttribute(node: NodeProto, name: string): number | undefined {
  const found = attribute(node, name);
  const value = found?.i ?? (found?.type === attributeType.int ? 0n : undefined);
  return value === undefined ? undefined : Number(value);
}

/**
 * Returns a list of integers that an attribute holds; beyond ±2^53 the nearest numbers.
 *
 * @example
 * ```ts
 * const permutation = intsAttribute(node, 'perm');
 * ```
 */
export function intsAttribute(node: NodeProto, name: string): number[] | undefined {
  return attribute(node, name)?.ints.map(Number);
}

/**
 * Returns a float32 attribute.
 *
 * @example
 * ```ts
 * const epsilon = floatAttribute(node, 'epsilon') ?? 1e-5;
 * ```
 */
export function floatAttribute(node: NodeProto, name: string): number | undefined {
  const found = attribute(node, name);
  return found?.f ?? (found?.type === attributeType.float ? 0 : undefined);
}

/**
 * Returns a string attribute, decoded from UTF-8.
 *
 * @example
 * ```ts
 * const mode = stringAttribute(node, 'mode') ?? 'constant';
 * ```
 */
export function stringAttribute(node: NodeProto, name: string): string | undefined {
  const found = attribute(node, name);
  const value = found?.s ?? (found?.type === attributeType.string ? new Uint8Array() : undefined);
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

/**
 * Returns the node without some attributes and with others set.
 *
 * @example
 * ```ts
 * const onLastAxis = withAttributes(softmax, [], { axis: { int: -1 } });
 * ```
 */
export function withAttributes(
  node: NodeProto,
  values: Readonly<Record<string, AttributeValue | undefined>>,
): NodeProto {
  const kept = node.attribute.filter((candidate) => !Object.hasOwn(values, candidate.name ?? ''));
  const added = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [makeAttribute(name, value)],
  );
  return { ...node, attribute: [...kept, ...added] };
}

/**
 * Lists the graphs inside a node's attributes (the branches of If, the bodies of Loop and Scan).
 *
 * @example
 * ```ts
 * const inner = subgraphs(node).flatMap((graph) => graph.node);
 * ```
 */
export function subgraphs(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap((candidate) => [
    ...(candidate.g === undefined ? [] : [candidate.g]),
    ...candidate.graphs,
  ]);
}
