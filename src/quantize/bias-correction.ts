import type { LinearLayer } from '../encoder/index.js';
import type { GraphEditor } from '../graph/index.js';
import {
  elementCount,
  floatTensor,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorFloats,
} from '../onnx/index.js';
import type { QuantizedMatrix } from './symmetric.js';

/** The mean of a layer's input before and after its own quantization, E[x] and E[x̂], [inputs]. */
export interface InputMeans {
  readonly exact: Float64Array;
  readonly quantized: Float64Array;
}

/**
 * Corrects biases (Nagel et al., 2019, https://arxiv.org/abs/1906.04721, section 4.2): rounding moves the mean of a
 * layer's outputs by E[x̂] Ŵ − E[x] W. Where the layer has a constant bias, the shift is subtracted from it: from a
 * Gemm's own, else from that of the Add which follows.
 *
 * @param weights [inputs × outputs] before quantization
 * @returns a Gemm's own bias, corrected, [outputs]; undefined where there is none to correct
 */
export function correctBias(
  model: OnnxModel,
  editor: GraphEditor,
  layer: LinearLayer,
  weights: Float32Array,
  matrix: QuantizedMatrix,
  means: InputMeans,
): TensorProto | undefined {
  const add = (bias: TensorProto): TensorProto => {
    const shift = outputShift(layer, weights, matrix, means);
    const values = tensorFloats(model, bias);
    // A bias of one element is that of all outputs.
    const corrected = Float32Array.from(shift, (value, output) => values[output % values.length] - value);
    const tensor = floatTensor(editor.uniqueName(`${bias.name}_corrected`), [layer.outputs], corrected);
    editor.setInitializer(tensor);
    return tensor;
  };
  const own = rowOfOutputs(editor, layer.bias, layer.outputs);
  if (own !== undefined) {
    return add(own);
  }
  const following = layer.bias === undefined ? addedBias(editor, layer) : undefined;
  if (following !== undefined) {
    const { node, bias } = following;
    const { name = '' } = add(bias);
    editor.replace(node, { ...node, input: node.input.map((input) => (input === bias.name ? name : input)) });
  }
  return undefined;
}

/** Returns E[x̂] Ŵ − E[x] W, [outputs]. */
function outputShift(
  { outputs }: LinearLayer,
  weights: Float32Array,
  { values, scales }: QuantizedMatrix,
  means: InputMeans,
): Float64Array {
  const shift = new Float64Array(outputs);
  for (let i = 0; i < weights.length; i++) {
    const column = i % outputs;
    const input = Math.floor(i / outputs);
    shift[column] += means.quantized[input] * values[i] * scales[column] - means.exact[input] * weights[i];
  }
  return shift;
}

/** Returns a constant with an element for each output, or one for all, and the same for every token. */
function rowOfOutputs(editor: GraphEditor, name: string | undefined, outputs: number): TensorProto | undefined {
  const bias = editor.index.initializers.get(name ?? '');
  const isRow = bias?.dims.slice(0, -1).every((dim) => dim === 1) && [1, outputs].includes(elementCount(bias));
  return isRow && !editor.index.inputs.has(name ?? '') ? bias : undefined;
}

/** Finds the Add after the layer with a vector that nothing else uses. */
function addedBias(editor: GraphEditor, layer: LinearLayer): { node: NodeProto; bias: TensorProto } | undefined {
  const users = editor.index.consumers.get(layer.node.output[0]) ?? [];
  const [node] = users;
  if (users.length !== 1 || !isOp(node, 'Add')) {
    return undefined;
  }
  const bias = node.input.map((name) => editor.index.initializers.get(name)).find((tensor) => tensor !== undefined);
  return bias?.dims.length === 1 && bias.dims[0] === layer.outputs ? { node, bias } : undefined;
}
