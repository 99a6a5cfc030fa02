import type { GraphEditor } from '../graph/index.js';
import { floatTensor, isOp, type NodeProto, type OnnxModel, type TensorProto, tensorFloats } from '../onnx/index.js';
import type { LinearLayer } from './linear-layers.js';
import type { QuantizedMatrix } from './symmetric.js';

/**
 * Bias correction (Nagel et al., 2019, https://arxiv.org/abs/1906.04721, section 4.2): rounding moves the mean of a
 * layer's outputs by E[x̂] Ŵ − E[x] W. Where the layer has a constant bias, the shift is taken off it.
 *
 * @param weights [inputs × outputs] before quantization
 * @param means E[x] and E[x̂], [inputs]
 */
export function correctBias(
  model: OnnxModel,
  editor: GraphEditor,
  layer: LinearLayer,
  weights: Float32Array,
  { values, scales }: QuantizedMatrix,
  means: { readonly exact: Float64Array; readonly quantized: Float64Array },
): void {
  const { outputs } = layer;
  const shift = new Float64Array(outputs);
  for (let i = 0; i < weights.length; i++) {
    const column = i % outputs;
    const input = Math.floor(i / outputs);
    shift[column] += means.quantized[input] * values[i] * scales[column] - means.exact[input] * weights[i];
  }
  const found = constantBias(editor, layer);
  if (found === undefined) {
    return;
  }
  const { node, bias } = found;
  const corrected = tensorFloats(model, bias).map((value, column) => value - shift[column]);
  const name = editor.uniqueName(`${bias.name}_corrected`);
  editor.setInitializer(floatTensor(name, bias.dims, corrected));
  editor.replace(node, { ...node, input: node.input.map((input) => (input === bias.name ? name : input)) });
}

/** The Add that follows the layer with a vector of its own. */
function constantBias(editor: GraphEditor, layer: LinearLayer): { node: NodeProto; bias: TensorProto } | undefined {
  const users = editor.index.consumers.get(layer.node.output[0]) ?? [];
  const [node] = users;
  if (users.length !== 1 || !isOp(node, 'Add')) {
    return undefined;
  }
  const bias = node.input.map((name) => editor.index.initializers.get(name)).find((tensor) => tensor !== undefined);
  return bias?.dims.length === 1 && bias.dims[0] === layer.outputs ? { node, bias } : undefined;
}
