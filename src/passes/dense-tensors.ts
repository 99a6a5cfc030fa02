import { mapSubgraphs } from '../graph/index.js';
import {
  attribute,
  denseTensor,
  type GraphProto,
  isOp,
  type NodeProto,
  type OnnxModel,
  withAttributes,
  withGraph,
} from '../onnx/index.js';

/**
 * Writes out the zeros of sparse weights, also in branches and Constant nodes; returns the same model where there are
 * none.
 *
 * @throws ONNX_CORRUPT, ONNX_LIMIT
 */
export function writeOutZeros(model: OnnxModel): OnnxModel {
  const graph = denseGraph(model, model.proto.graph);
  return graph === model.proto.graph ? model : withGraph(model, graph);
}

function denseGraph(model: OnnxModel, graph: GraphProto): GraphProto {
  const node = graph.node.map((each) => mapSubgraphs(denseConstant(model, each), (inner) => denseGraph(model, inner)));
  if (graph.sparseInitializer.length === 0 && node.every((each, i) => each === graph.node[i])) {
    return graph;
  }
  const dense = graph.sparseInitializer.map((tensor) => denseTensor(model, tensor));
  return { ...graph, node, initializer: [...graph.initializer, ...dense], sparseInitializer: [] };
}

function denseConstant(model: OnnxModel, node: NodeProto): NodeProto {
  const sparse = isOp(node, 'Constant') ? attribute(node, 'sparse_value')?.sparseTensor : undefined;
  return sparse === undefined
    ? node
    : withAttributes(node, { sparse_value: undefined, value: { tensor: denseTensor(model, sparse) } });
}
