import type { GraphIndex } from '../graph/index.js';
import { GraphEditor } from '../graph/index.js';
import { isOp, type NodeProto, type OnnxModel } from '../onnx/index.js';

/**
 * Writes the Add of a residual before a LayerNormalization as a Sum of two, which is the same. Where it knows the
 * shapes (exports of today declare them), ONNX Runtime would put Add and norm together to SkipLayerNormalization, and
 * on some CPUs that takes four times as long as the two (bench/graph-passes.mjs). A Sum it leaves alone.
 */
export function keepResidualsApart(model: OnnxModel): OnnxModel {
  const editor = new GraphEditor(model);
  for (const node of model.proto.graph.node) {
    if (isResidual(node, editor.index)) {
      editor.replace(node, { ...node, opType: 'Sum' });
    }
  }
  return editor.finish();
}

function isResidual(node: NodeProto, index: GraphIndex): boolean {
  const users = index.consumers.get(node.output[0]) ?? [];
  return (
    isOp(node, 'Add') &&
    node.input.every((name) => !index.initializers.has(name)) &&
    users.some((user) => isOp(user, 'LayerNormalization') && user.input[0] === node.output[0])
  );
}
