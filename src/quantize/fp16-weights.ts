import { foldConstants, GraphEditor, inferElementTypes } from '../graph/index.js';
import { dataType, elementCount, makeNode, type OnnxModel } from '../onnx/index.js';
import { shareCopies } from '../passes/index.js';
import { toHalfTensor } from './half-tensor.js';

/** Smaller tensors (biases, norms) would cost a node and save nothing. */
const smallestTensor = 1024;

/**
 * Stores weights in FP16 and computes in FP32: large float weights are kept in half precision, and a Cast widens each
 * when the model is loaded. Half the size, the speed of FP32, and no operator that computes in half precision.
 *
 * @param isWanted says by a tensor's name whether it is to be kept so; all that are large enough if left out
 */
export function fp16Weights(source: OnnxModel, isWanted: (name: string) => boolean = () => true): OnnxModel {
  const model = foldConstants(source);
  const editor = new GraphEditor(model);
  const types = inferElementTypes(model.proto.graph);
  for (const tensor of model.proto.graph.initializer) {
    const name = tensor.name ?? '';
    if (types.get(name) !== dataType.float || elementCount(tensor) < smallestTensor || editor.index.inputs.has(name)) {
      continue;
    }
    if (!isWanted(name)) {
      continue;
    }
    const half = toHalfTensor(model, tensor);
    // Weights beyond the range keep their precision: nothing is lost without a word.
    if (half.clamped > 0) {
      continue;
    }
    const halfName = editor.setInitializer({ ...half.tensor, name: editor.uniqueName(`${name}_half`) });
    const wide = editor.uniqueName(`${name}_wide`);
    editor.add(makeNode('Cast', [halfName], [wide], { attributes: { to: { int: dataType.float } } }));
    editor.redirect(name, wide);
  }
  return shareCopies(editor.finish());
}
