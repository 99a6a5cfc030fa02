import type { GraphProto, NodeProto } from '../onnx/index.js';

/** The node with the graphs inside it (branches, bodies of loops) changed; the same node if there are none. */
export function mapSubgraphs(node: NodeProto, change: (graph: GraphProto) => GraphProto): NodeProto {
  if (node.attribute.every(({ g, graphs }) => g === undefined && graphs.length === 0)) {
    return node;
  }
  const attribute = node.attribute.map((each) => ({
    ...each,
    ...(each.g === undefined ? {} : { g: change(each.g) }),
    graphs: each.graphs.map(change),
  }));
  return { ...node, attribute };
}
