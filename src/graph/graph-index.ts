import { type GraphProto, type NodeProto, type OnnxModel, subgraphs, type TensorProto } from '../onnx/index.js';

/** Who makes and who uses each value of a graph. */
export interface GraphIndex {
  readonly initializers: ReadonlyMap<string, TensorProto>;
  /** The node that makes a value; none for graph inputs and initializers. */
  readonly producers: ReadonlyMap<string, NodeProto>;
  /** Nodes that use a value, themselves or in a graph inside them, each once, in the order of the graph. */
  readonly consumers: ReadonlyMap<string, readonly NodeProto[]>;
  /** What can be fed, also where an initializer gives it a value by default. */
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

/** A model and what is looked up of its graph. */
export interface IndexedModel {
  readonly model: OnnxModel;
  readonly index: GraphIndex;
}

/**
 * Indexes a graph: which node makes each value, which nodes use it, and which values are initializers or outputs.
 *
 * @example
 * ```ts
 * const { producers } = indexGraph(model.proto.graph);
 * producers.get('last_hidden_state')?.opType; // 'LayerNormalization'
 * ```
 */
export function indexGraph(graph: GraphProto): GraphIndex {
  const producers = new Map<string, NodeProto>();
  const consumers = new Map<string, NodeProto[]>();
  for (const node of graph.node) {
    for (const name of node.output) {
      // '' is an optional output that is left out.
      if (name !== '') {
        producers.set(name, node);
      }
    }
    for (const name of usedValues(node)) {
      const users = consumers.get(name);
      if (users === undefined) {
        consumers.set(name, [node]);
      } else {
        users.push(node);
      }
    }
  }
  return {
    initializers: new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor])),
    producers,
    consumers,
    inputs: new Set(graph.input.map((input) => input.name ?? '')),
    outputs: new Set(graph.output.map((output) => output.name ?? '')),
  };
}

/** Returns the names of the values that a node needs, each once: its inputs and what graphs inside it take from outside. */
export function usedValues(node: NodeProto): ReadonlySet<string> {
  const used = new Set(node.input.filter((name) => name !== ''));
  for (const graph of subgraphs(node)) {
    for (const name of capturedValues(graph)) {
      used.add(name);
    }
  }
  return used;
}

/** Returns the values that a graph inside a node takes from the graph around it. */
export function capturedValues(graph: GraphProto): ReadonlySet<string> {
  const own = new Set<string>();
  for (const input of graph.input) {
    own.add(input.name ?? '');
  }
  for (const tensor of graph.initializer) {
    own.add(tensor.name ?? '');
  }
  for (const node of graph.node) {
    for (const name of node.output) {
      own.add(name);
    }
  }
  const captured = new Set<string>();
  for (const node of graph.node) {
    for (const name of usedValues(node)) {
      if (!own.has(name)) {
        captured.add(name);
      }
    }
  }
  for (const output of graph.output) {
    if (!own.has(output.name ?? '')) {
      captured.add(output.name ?? '');
    }
  }
  return captured;
}

/**
 * Returns the only node that uses a value; undefined if there are several, or if the value is an output of the graph.
 */
export function soleConsumer(index: GraphIndex, value: string): NodeProto | undefined {
  const users = index.consumers.get(value) ?? [];
  return users.length === 1 && !index.outputs.has(value) ? users[0] : undefined;
}
