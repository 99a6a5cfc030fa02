import {
  type GraphProto,
  type NodeProto,
  normalDomain,
  type OnnxModel,
  type TensorProto,
} from '../../../onnx/index.js';
import { expandFused, type Fused } from './fused-operators.js';
import { dequantizedConstant, isPassedThrough } from './quantized-operators.js';

/**
 * The graph in the operators that recognition knows: those that an optimizer has fused are written out, small constants
 * that are stored in integers become floats, and activations that are quantized and widened again pass through, since
 * the engine quantizes them itself.
 */
export function plainGraph(model: OnnxModel): GraphProto {
  const { graph } = model.proto;
  const producers = new Map(graph.node.flatMap((node) => node.output.map((output) => [output, node] as const)));
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const added: TensorProto[] = [];
  const fused: Fused = {
    producer: (value) => producers.get(value),
    constant: (value) => constants.get(value),
    addConstant(tensor) {
      added.push(tensor);
      return tensor.name ?? '';
    },
  };
  const plain = (node: NodeProto): readonly NodeProto[] => {
    const constant = dequantizedConstant(model, node, fused.constant);
    if (constant !== undefined) {
      added.push(constant);
      return [];
    }
    if (isPassedThrough(node, fused.producer)) {
      const [source] = fused.producer(node.input[0])?.input ?? [];
      return [{ ...node, opType: 'Identity', input: [source], attribute: [] }];
    }
    return normalDomain(node.domain) === '' ? [withoutSums(node)] : expandFused(node, fused);
  };
  const node = graph.node.flatMap(plain);
  return { ...graph, node, initializer: [...graph.initializer, ...added] };
}

/** octavec's own passes write residuals as a Sum of two. */
function withoutSums(node: NodeProto): NodeProto {
  return node.opType === 'Sum' && node.input.length === 2 ? { ...node, opType: 'Add' } : node;
}
