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
} from '../../../onnx/index.js';

type Constant = (value: string) => TensorProto | undefined;

/**
 * What a DequantizeLinear of a small constant gives: biases, which are stored in 32 bits, and vectors of norms. Undefined
 * for other nodes, and for weights and tables, whose integers are taken as they are.
 */
export function dequantizedConstant(model: OnnxModel, node: NodeProto, constant: Constant): TensorProto | undefined {
  const [codes, scale, zeroPoint] = isOp(node, 'DequantizeLinear') ? node.input.map(constant) : [];
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

/** Is the node a DequantizeLinear of what a QuantizeLinear with the same scale has made? */
export function isPassedThrough(node: NodeProto, producer: (value: string) => NodeProto | undefined): boolean {
  const source = isOp(node, 'DequantizeLinear') ? producer(node.input[0]) : undefined;
  return (
    source !== undefined &&
    isOp(source, 'QuantizeLinear') &&
    [1, 2].every((input) => (node.input[input] ?? '') === (source.input[input] ?? '')) &&
    (intAttribute(node, 'axis') ?? 1) === (intAttribute(source, 'axis') ?? 1)
  );
}
