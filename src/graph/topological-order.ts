import { OctavecError } from '../base/index.js';
import type { NodeProto } from '../onnx/index.js';
import { usedValues } from './graph-index.js';

/**
 * Nodes in an order in which every value is made before it is used. Nodes that are in order already stay as they are.
 *
 * @throws ONNX_CORRUPT if the graph has a cycle
 */
export function topologicalOrder(nodes: readonly NodeProto[], path: string): NodeProto[] {
  const producers = new Map<string, NodeProto>();
  for (const node of nodes) {
    for (const name of node.output) {
      producers.set(name, node);
    }
  }
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
      const missing = neededNodes(node, producers).filter((needed) => state.get(needed) !== 'done');
      if (missing.length === 0) {
        state.set(node, 'done');
        ordered.push(node);
        stack.pop();
        continue;
      }
      if (missing.some((needed) => state.get(needed) === 'open')) {
        throw new OctavecError('ONNX_CORRUPT', {
          path,
          where: `node "${node.name ?? node.opType ?? ''}"`,
          why: 'it needs its own result',
        });
      }
      stack.push(...missing.reverse());
    }
  }
  return ordered;
}

function neededNodes(node: NodeProto, producers: ReadonlyMap<string, NodeProto>): NodeProto[] {
  const needed: NodeProto[] = [];
  for (const name of usedValues(node)) {
    const producer = producers.get(name);
    if (producer !== undefined) {
      needed.push(producer);
    }
  }
  return needed;
}
