import {
  type GraphProto,
  type NodeProto,
  type OnnxModel,
  subgraphs,
  type TensorProto,
  withGraph,
} from '../onnx/index.js';
import { withConstantWeights } from './constant-weights.js';
import { type GraphIndex, indexGraph } from './graph-index.js';
import { renameInputs } from './rename-values.js';
import { topologicalOrder } from './topological-order.js';

/**
 * The changes that a pass makes to a graph. The model that it was opened on stays as it is; `finish` gives the new one.
 * `index` describes the graph before the changes, with weights that stood among the inputs taken as constants.
 *
 * @example
 * ```ts
 * const editor = new GraphEditor(model);
 * for (const node of model.proto.graph.node.filter((node) => isOp(node, 'Relu'))) {
 *   editor.replace(node, [makeNode('Tanh', node.input, node.output)]);
 * }
 * const changed = editor.finish();
 * ```
 */
export class GraphEditor {
  readonly index: GraphIndex;
  readonly #model: OnnxModel;
  readonly #names: Set<string>;
  readonly #replacements = new Map<NodeProto, readonly NodeProto[]>();
  readonly #added: NodeProto[] = [];
  readonly #initializers: Map<string, TensorProto>;
  readonly #renamed = new Map<string, string>();

  constructor(model: OnnxModel) {
    this.#model = withConstantWeights(model);
    this.index = indexGraph(this.#model.proto.graph);
    this.#initializers = new Map(this.index.initializers);
    this.#names = allNames(model.proto.graph);
  }

  /** Returns a name that nothing in the graph has: `base`, or `base_2`, `base_3`, … */
  uniqueName(base: string): string {
    let name = base;
    for (let count = 2; this.#names.has(name); count++) {
      name = `${base}_${count}`;
    }
    this.#names.add(name);
    return name;
  }

  /** Adds a tensor, or takes the place of the one with its name, and returns its name. */
  setInitializer(tensor: TensorProto): string {
    const name = tensor.name ?? '';
    this.#names.add(name);
    this.#initializers.set(name, tensor);
    return name;
  }

  /** Adds nodes; `finish` finds their place. */
  add(...nodes: readonly NodeProto[]): void {
    this.#added.push(...nodes);
  }

  /** Puts other nodes in a node's place; none removes it. */
  replace(node: NodeProto, ...nodes: readonly NodeProto[]): void {
    this.#replacements.set(node, nodes);
  }

  /** Returns what `replace` has made of a node so far. */
  current(node: NodeProto): readonly NodeProto[] {
    return this.#replacements.get(node) ?? [node];
  }

  /** Lets all users of the value `from` (not the graph's outputs) use `to`. Its producer is left alone. */
  redirect(from: string, to: string): void {
    this.#renamed.set(from, to);
  }

  /**
   * Returns the model with all changes, its nodes in order. What is no longer used is still there: see
   * `removeDeadNodes`.
   */
  finish(): OnnxModel {
    const { graph } = this.#model.proto;
    const nodes = [...graph.node.flatMap((node) => this.current(node)), ...this.#added];
    const redirected = nodes.map((node) => renameInputs(node, this.#renamed));
    return withGraph(this.#model, {
      ...graph,
      node: this.#withUniqueNames(topologicalOrder(redirected, this.#model.path)),
      initializer: [...this.#initializers.values()],
    });
  }

  /** Gives every node a name of its own: run times refuse a graph in which two nodes have the same one. */
  #withUniqueNames(nodes: readonly NodeProto[]): NodeProto[] {
    const taken = new Set<string>();
    return nodes.map((node) => {
      const name = node.name || undefined;
      if (name === undefined || !taken.has(name)) {
        taken.add(name ?? '');
        return node;
      }
      const other = this.uniqueName(name);
      taken.add(other);
      return { ...node, name: other };
    });
  }
}

function allNames(graph: GraphProto): Set<string> {
  const names = new Set<string>();
  for (const value of [...graph.input, ...graph.output, ...graph.valueInfo, ...graph.initializer]) {
    names.add(value.name ?? '');
  }
  for (const node of graph.node) {
    names.add(node.name ?? '');
    for (const name of [...node.input, ...node.output]) {
      names.add(name);
    }
    for (const inner of subgraphs(node)) {
      for (const name of allNames(inner)) {
        names.add(name);
      }
    }
  }
  return names;
}
