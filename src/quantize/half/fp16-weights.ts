import { foldConstants, GraphEditor, inferElementTypes } from '../../graph/index.js';
import { dataType, elementCount, makeNode, type OnnxModel, type TensorProto } from '../../onnx/index.js';
import { shareCopies } from '../../passes/index.js';
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
  const stored = storeHalves(model, (tensor) => {
    if (!isWanted(tensor.name ?? '')) {
      return undefined;
    }
    const half = toHalfTensor(model, tensor);
    // Weights beyond the range keep their precision: nothing is lost without a word.
    return half.clamped > 0 ? undefined : half.tensor;
  });
  return shareCopies(stored);
}

/**
 * Puts half tensors and the Casts that widen them in the places of large float weights.
 *
 * @param halfOf makes the half of a weight, which then is called `name`; undefined leaves the weight as it is
 */
export function storeHalves(
  model: OnnxModel,
  halfOf: (tensor: TensorProto, name: string) => TensorProto | undefined,
): OnnxModel {
  const editor = new GraphEditor(model);
  const types = inferElementTypes(model.proto.graph);
  for (const tensor of model.proto.graph.initializer) {
    const name = tensor.name ?? '';
    if (types.get(name) !== dataType.float || elementCount(tensor) < smallestTensor || editor.index.inputs.has(name)) {
      continue;
    }
    const halfName = editor.uniqueName(`${name}_half`);
    const half = halfOf(tensor, halfName);
    if (half === undefined) {
      continue;
    }
    editor.setInitializer({ ...half, name: halfName });
    const wide = editor.uniqueName(`${name}_wide`);
    editor.add(makeNode('Cast', [halfName], [wide], { attributes: { to: { int: dataType.float } } }));
    editor.redirect(name, wide);
  }
  return editor.finish();
}
