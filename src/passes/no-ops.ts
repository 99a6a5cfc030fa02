import { type ElementTypes, GraphEditor, inferElementTypes, topologicalOrder } from '../graph/index.js';
import { intAttribute, isOp, type NodeProto, type OnnxModel } from '../onnx/index.js';

/**
 * Drops nodes that give what they get: Identity, Dropout (also where an export says that it is being trained, which
 * makes results random), Cast to the type that is there, Concat of one value. Those that make an output of the graph
 * stay, as it would lose its name.
 *
 * @example
 * ```ts
 * const tidy = removeNoOps(await readModel('model.onnx'));
 * ```
 */
export function removeNoOps(model: OnnxModel): OnnxModel {
  const nodes = topologicalOrder(model.proto.graph.node, model.path);
  const types = inferElementTypes({ ...model.proto.graph, node: nodes });
  const editor = new GraphEditor(model);
  for (const node of nodes) {
    const [output] = node.output;
    if (!editor.index.outputs.has(output) && isNoOp(node, editor, types)) {
      editor.redirect(output, node.input[0]);
      editor.replace(node);
    }
  }
  return editor.finish();
}

function isNoOp(node: NodeProto, { index }: GraphEditor, types: ElementTypes): boolean {
  if (isOp(node, 'Dropout')) {
    const mask = node.output[1] ?? '';
    return !index.consumers.has(mask) && !index.outputs.has(mask);
  }
  if (isOp(node, 'Cast')) {
    return types.get(node.input[0]) === intAttribute(node, 'to');
  }
  return isOp(node, 'Identity') || (isOp(node, 'Concat') && node.input.length === 1);
}
