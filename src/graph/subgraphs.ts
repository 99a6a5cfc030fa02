import { type GraphProto, type NodeProto, type OnnxModel, subgraphs } from '../onnx/index.js';

/** Returns the node with the graphs inside it (branches, bodies of loops) changed; the same node if there are none. */
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

/** Returns all nodes of a model, also those in branches, in bodies of loops and in local functions. */
export function everyNode({ proto }: OnnxModel): NodeProto[] {
  const nodes = [...proto.graph.node, ...proto.functions.flatMap(({ node }) => node)];
  // The list grows while it is walked.
  for (const node of nodes) {
    for (const { node: inner } of subgraphs(node)) {
      for (const each of inner) {
        nodes.push(each);
      }
    }
  }
  return nodes;
}
