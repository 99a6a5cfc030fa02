import {
  attribute,
  type GraphProto,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorFloats,
} from '../../../onnx/index.js';
import { plainGraph } from './plain-graph.js';

/** Is the node there, and this operator of the standard domain? */
export function isA<Op extends string>(
  node: NodeProto | undefined,
  opType: Op,
): node is NodeProto & { readonly opType: Op } {
  return node !== undefined && isOp(node, opType);
}

/** A graph in plain operators, as recognition walks it: against the arrows, from values to what makes them. */
export interface GraphView {
  readonly model: OnnxModel;
  readonly graph: GraphProto;
  /** The node that makes a value; undefined for inputs and constants. */
  producer(value: string): NodeProto | undefined;
  /** The nodes that take a value. */
  consumers(value: string): readonly NodeProto[];
  /** The tensor of an initializer or of a Constant node. */
  constant(value: string): TensorProto | undefined;
  /** The numbers of a floating-point constant, read once. */
  floats(tensor: TensorProto): Float32Array;
}

export function viewGraph(model: OnnxModel): GraphView {
  const graph = plainGraph(model);
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const producers = new Map<string, NodeProto>();
  const consumers = new Map<string, NodeProto[]>();
  for (const node of graph.node) {
    for (const input of node.input) {
      const others = consumers.get(input);
      if (others === undefined) {
        consumers.set(input, [node]);
      } else {
        others.push(node);
      }
    }
    for (const output of node.output) {
      producers.set(output, node);
    }
  }
  const floats = new Map<TensorProto, Float32Array>();
  return {
    model,
    graph,
    floats(tensor) {
      const numbers = floats.get(tensor) ?? tensorFloats(model, tensor);
      floats.set(tensor, numbers);
      return numbers;
    },
    producer: (value) => producers.get(value),
    consumers: (value) => consumers.get(value) ?? [],
    constant(value) {
      const producer = producers.get(value);
      return isA(producer, 'Constant') ? attribute(producer, 'value')?.t : initializers.get(value);
    },
  };
}

const passing = new Set(['Identity', 'Dropout', 'Cast']);

/**
 * The value that a value is a mere copy of: Identity, Dropout (which does nothing in inference) and Cast between
 * floating-point types are skipped.
 */
export function original(view: GraphView, value: string): string {
  let current = value;
  // Copies of copies are few; a graph may also be a circle.
  for (let step = 0; step < 100; step++) {
    const node = view.producer(current);
    if (node === undefined || !passing.has(node.opType ?? '') || node.output[0] !== current) {
      break;
    }
    current = node.input[0] ?? current;
  }
  return current;
}

/** The node behind copies that makes a value. */
export function maker(view: GraphView, value: string): NodeProto | undefined {
  return view.producer(original(view, value));
}

/** The constant that a value is, behind copies. */
export function constantOf(view: GraphView, value: string): TensorProto | undefined {
  return view.constant(original(view, value));
}
