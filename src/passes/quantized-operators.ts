import { type GraphIndex, indexGraph } from '../graph/index.js';
import {
  dataType,
  floatTensor,
  intAttribute,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorFloats,
  tensorIntegers,
  withGraph,
} from '../onnx/index.js';

/**
 * Widens small constants that are stored in integers (biases, in 32 bits; vectors of norms), and lets activations that
 * are quantized and at once widened again pass as they are. Weights and tables stay in their integers.
 */
export function removeQuantizedPairs(model: OnnxModel): OnnxModel {
  const { graph } = model.proto;
  const index = indexGraph(graph);
  const widened = new Map(
    graph.node.flatMap((node) => {
      const tensor = dequantizedConstant(model, node, index);
      return tensor === undefined ? [] : [[node, tensor] as const];
    }),
  );
  const node = graph.node
    .filter((each) => !widened.has(each))
    .map((each) => {
      const source = quantizedBefore(each, index);
      return source === undefined ? each : { ...each, opType: 'Identity', input: [source.input[0]], attribute: [] };
    });
  return withGraph(model, { ...graph, node, initializer: [...graph.initializer, ...widened.values()] });
}

/** Returns what a DequantizeLinear of a small constant gives, or undefined for other nodes. */
function dequantizedConstant(model: OnnxModel, node: NodeProto, { initializers }: GraphIndex): TensorProto | undefined {
  const [codes, scale, zeroPoint] = isOp(node, 'DequantizeLinear')
    ? node.input.map((name) => initializers.get(name))
    : [];
  if (codes === undefined || scale === undefined || !(codes.dims.length <= 1 || codes.dataType === dataType.int32)) {
    return undefined;
  }
  const scales = tensorFloats(model, scale);
  const zeros = zeroPoint === undefined ? [0] : tensorIntegers(model, zeroPoint);
  const values = tensorIntegers(model, codes);
  const perElement = scales.length === values.length && codes.dims.length === 1;
  if ((scales.length !== 1 && !perElement) || (zeros.length !== 1 && zeros.length !== scales.length)) {
    return undefined;
  }
  const at = (i: number) => (values[i] - zeros[i % zeros.length]) * scales[i % scales.length];
  return floatTensor(
    node.output[0],
    codes.dims,
    Float32Array.from(values, (_, i) => at(i)),
  );
}

/** Finds the QuantizeLinear whose result a DequantizeLinear with the same scale widens. */
function quantizedBefore(node: NodeProto, { producers }: GraphIndex): NodeProto | undefined {
  const source = isOp(node, 'DequantizeLinear') ? producers.get(node.input[0]) : undefined;
  const same =
    isOp(source, 'QuantizeLinear') &&
    [1, 2].every((input) => (node.input[input] ?? '') === (source.input[input] ?? '')) &&
    (intAttribute(node, 'axis') ?? 1) === (intAttribute(source, 'axis') ?? 1);
  return same ? source : undefined;
}
