import {
  attribute,
  dataType,
  type GraphProto,
  intAttribute,
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

/**
 * The value that a value is a mere copy of: Identity, Dropout (which does nothing in inference) and Cast that leaves
 * numbers as they are, but for their precision.
 */
export function original(view: GraphView, value: string): string {
  let current = value;
  // Copies of copies are few; a graph may also be a circle.
  for (let step = 0; step < mostCopies; step++) {
    const node = view.producer(current);
    if (node === undefined || node.output[0] !== current || !isCopy(view, node)) {
      break;
    }
    current = node.input[0] ?? current;
  }
  return current;
}

const mostCopies = 100;
const floatTypes: readonly number[] = [dataType.float, dataType.float16, dataType.bfloat16, dataType.double];
const wideIntegers: readonly number[] = [dataType.int32, dataType.int64];

function isCopy(view: GraphView, node: NodeProto): boolean {
  if (!isA(node, 'Cast')) {
    return isA(node, 'Identity') || isA(node, 'Dropout');
  }
  const to = intAttribute(node, 'to') ?? 0;
  return floatTypes.includes(to) || (wideIntegers.includes(to) && isInput(view, node.input[0]));
}

/** An input of the graph, perhaps cast to another integer type. Fractions would be cut off, but inputs have none. */
function isInput(view: GraphView, value: string): boolean {
  let current = value;
  for (let step = 0; step < mostCopies; step++) {
    const node = view.producer(current);
    if (!isA(node, 'Cast') || !wideIntegers.includes(intAttribute(node, 'to') ?? 0)) {
      break;
    }
    current = node.input[0];
  }
  return view.graph.input.some(({ name }) => name === current);
}

/** The node behind copies that makes a value. */
export function maker(view: GraphView, value: string): NodeProto | undefined {
  return view.producer(original(view, value));
}

/** The constant that a value is, behind copies. */
export function constantOf(view: GraphView, value: string): TensorProto | undefined {
  return view.constant(original(view, value));
}
