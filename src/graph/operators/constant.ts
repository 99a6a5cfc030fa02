import {
  attribute,
  dataType,
  floatAttribute,
  floatTensor,
  isExternal,
  makeTensor,
  type NodeProto,
  type TensorProto,
} from '../../onnx/index.js';
import type { Operators } from './operator.js';

/** Constant nodes: values that stand in an attribute. */
export const constantOperators: Operators = {
  Constant: {
    types: (node) => [constantTensor(node)?.dataType ?? otherType(node)],
    shapes: (call) => [constantTensor(call.node)?.dims],
    elements: ({ node, read }) => {
      const tensor = constantTensor(node);
      return tensor && read(tensor);
    },
  },
};

/** Returns the tensor of a Constant node; undefined for strings and sparse tensors, which nothing here needs. */
export function constantTensor(node: NodeProto): TensorProto | undefined {
  const tensor = attribute(node, 'value')?.t;
  if (tensor !== undefined) {
    return isExternal(tensor) ? undefined : tensor;
  }
  const name = node.output[0];
  const float = floatAttribute(node, 'value_float');
  if (float !== undefined) {
    return floatTensor(name, [], Float32Array.of(float));
  }
  const floats = attribute(node, 'value_floats')?.floats;
  if (floats !== undefined) {
    return floatTensor(name, [floats.length], Float32Array.from(floats));
  }
  const int = attribute(node, 'value_int');
  if (int !== undefined) {
    return makeTensor(name, dataType.int64, [], BigInt64Array.of(int.i ?? 0n));
  }
  const ints = attribute(node, 'value_ints')?.ints;
  return ints === undefined ? undefined : makeTensor(name, dataType.int64, [ints.length], BigInt64Array.from(ints));
}

function otherType(node: NodeProto): number {
  return (
    attribute(node, 'value')?.t?.dataType ??
    attribute(node, 'sparse_value')?.sparseTensor?.values?.dataType ??
    dataType.string
  );
}
