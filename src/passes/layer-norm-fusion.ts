import { GraphEditor, inferShapes, removeDeadNodes } from '../graph/index.js';
import { makeNode, type NodeProto, type OnnxModel, opsetVersion } from '../onnx/index.js';
import { matchLayerNorm } from './layer-norm-pattern.js';
import { raiseOpset } from './opset-upgrade.js';

/** LayerNormalization came with opset 17. */
const neededOpset = 17;

/**
 * Puts LayerNorms that an export wrote out (mean, difference, squares, mean, root, quotient, scale, bias) together to
 * LayerNormalization, and raises the opset for it. A model without any stays as it is.
 *
 * @throws ONNX_UNSUPPORTED if there are such norms and the opset cannot be raised to 17
 */
export function fuseLayerNorm(model: OnnxModel): OnnxModel {
  const editor = new GraphEditor(model);
  const { dims } = inferShapes(model);
  const rankOf = (value: string): number | undefined => dims.get(value)?.length;
  let fused = 0;
  for (const node of model.proto.graph.node) {
    const match = matchLayerNorm(model, node, editor.index, rankOf);
    if (match === undefined) {
      continue;
    }
    const { input, scale, bias, epsilon, last } = match;
    const inputs = bias === undefined ? [input, scale] : [input, scale, bias];
    const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } };
    const norm: NodeProto = makeNode('LayerNormalization', inputs, last.output, { name: last.name, attributes });
    editor.replace(last, norm);
    fused++;
  }
  if (fused === 0) {
    return model;
  }
  const made = removeDeadNodes(editor.finish());
  return (opsetVersion(made) ?? 0) < neededOpset ? raiseOpset(made, neededOpset) : made;
}
