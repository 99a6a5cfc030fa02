import type { GraphProto, NodeProto } from '../onnx/index.js';
import { usedValues } from './graph-index.js';
import { mapSubgraphs } from './subgraphs.js';

/**
 * Returns the node with its inputs renamed, also where graphs inside it take values from outside; the same node if
 * nothing changes. Names are followed: with a → b and b → c, a becomes c.
 *
 * @example
 * ```ts
 * const renamed = renameInputs(node, new Map([['old', 'new']]));
 * ```
 */
export function renameInputs(node: NodeProto, names: ReadonlyMap<string, string>): NodeProto {
  if (![...usedValues(node)].some((name) => names.has(name))) {
    return node;
  }
  const input = node.input.map((name) => resolve(name, names));
  return mapSubgraphs({ ...node, input }, (graph) => renameInside(graph, names));
}

function resolve(name: string, names: ReadonlyMap<string, string>): string {
  const seen = new Set<string>();
  let current = name;
  for (let next = names.get(current); next !== undefined && !seen.has(next); next = names.get(current)) {
    seen.add(current);
    current = next;
  }
  return current;
}

function renameInside(graph: GraphProto, names: ReadonlyMap<string, string>): GraphProto {
  // A name that the inner graph defines itself hides the outer one.
  const own = new Set([
    ...graph.input.map((value) => value.name ?? ''),
    ...graph.initializer.map((tensor) => tensor.name ?? ''),
    ...graph.node.flatMap((node) => node.output),
  ]);
  const visible = new Map<string, string>();
  for (const from of names.keys()) {
    if (!own.has(from)) {
      visible.set(from, resolve(from, names));
    }
  }
  return {
    ...graph,
    node: graph.node.map((node) => renameInputs(node, visible)),
    output: graph.output.map((output) => ({ ...output, name: visible.get(output.name ?? '') ?? output.name })),
  };
}
