import { OctavecError } from '../base/index.js';
import type { NodeProto } from '../onnx/index.js';
import { usedValues } from './graph-index.js';

/**
 * Sorts nodes so that every value is made before it is used. Nodes that are in order already stay as they are.
 *
 * @throws ONNX_CORRUPT if the graph has a cycle
 * @example
 * ```ts
 * const ordered = topologicalOrder(model.proto.graph.node, model.path);
 * ```
 */
export function topologicalOrder(nodes: readonly NodeProto[], path: string): NodeProto[] {
  const needed = neededNodes(nodes);
  const ordered: NodeProto[] = [];
  const state = new Map<NodeProto, 'open' | 'done'>();
  for (const root of nodes) {
    // A stack of its own instead of recursion: graphs are thousands of nodes deep.
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (state.get(node) === 'done') {
        stack.pop();
        continue;
      }
      state.set(node, 'open');
      const missing = (needed.get(node) ?? []).filter((other) => state.get(other) !== 'done');
      if (missing.length === 0) {
        state.set(node, 'done');
        ordered.push(node);
        stack.pop();
        continue;
      }
      if (missing.some((other) => state.get(other) === 'open')) {
        throw new OctavecError('ONNX_CORRUPT', {
          path,
          where: `node "${node.name ?? node.opType ?? ''}"`,
          why: 'it needs its own result',
        });
      }
      for (const other of missing.reverse()) {
        stack.push(other);
      }
    }
  }
  return ordered;
}

/** Returns, for each node, the nodes whose results it uses. */
function neededNodes(nodes: readonly NodeProto[]): ReadonlyMap<NodeProto, readonly NodeProto[]> {
  const producers = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  return new Map(nodes.map((node) => [node, [...usedValues(node)].flatMap((name) => producers.get(name) ?? [])]));
}
