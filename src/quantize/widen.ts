import { GraphEditor, inferElementTypes, mapSubgraphs, topologicalOrder } from '../graph/index.js';
import {
  attribute,
  dataType,
  elementCount,
  floatTensor,
  type GraphProto,
  intAttribute,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorFloats,
  type ValueInfoProto,
  withAttributes,
  withGraph,
} from '../onnx/index.js';

/** Does the model keep weights in half precision (FP16 or BF16)? */
export function hasHalfWeights(model: OnnxModel): boolean {
  const { initializer, node } = model.proto.graph;
  const constants = node.flatMap((each) => (isOp(each, 'Constant') ? (attribute(each, 'value')?.t ?? []) : []));
  return [...initializer, ...constants].some((tensor) => isHalf(tensor.dataType) && elementCount(tensor) > 1);
}

/**
 * The model in FP32: half-precision weights are widened exactly, Casts between the two precisions vanish. What an FP16
 * file is measured by and quantized from when it is the original.
 */
export function widen(model: OnnxModel): OnnxModel {
  return removeFloatCasts(withGraph(model, widenGraph(model, model.proto.graph)));
}

function widenGraph(model: OnnxModel, graph: GraphProto): GraphProto {
  return {
    ...graph,
    initializer: graph.initializer.map((tensor) => widenTensor(model, tensor)),
    node: graph.node.map((node) => mapSubgraphs(widenNode(model, node), (inner) => widenGraph(model, inner))),
    input: graph.input.map(widenValue),
    output: graph.output.map(widenValue),
    valueInfo: graph.valueInfo.map(widenValue),
  };
}

function isHalf(type: number | undefined): boolean {
  return type === dataType.float16 || type === dataType.bfloat16;
}

function widenTensor(model: OnnxModel, tensor: TensorProto): TensorProto {
  return isHalf(tensor.dataType) ? floatTensor(tensor.name ?? '', tensor.dims, tensorFloats(model, tensor)) : tensor;
}

function widenNode(model: OnnxModel, node: NodeProto): NodeProto {
  if (isHalf(intAttribute(node, 'to')) && isOp(node, 'Cast')) {
    return withAttributes(node, { to: { int: dataType.float } });
  }
  if (isHalf(intAttribute(node, 'dtype'))) {
    return withAttributes(node, { dtype: { int: dataType.float } });
  }
  const value = attribute(node, 'value')?.t;
  return isHalf(value?.dataType) && value !== undefined
    ? withAttributes(node, { value: { tensor: widenTensor(model, value) } })
    : node;
}

function widenValue(value: ValueInfoProto): ValueInfoProto {
  const tensorType = value.type?.tensorType;
  return isHalf(tensorType?.elemType)
    ? { ...value, type: { ...value.type, tensorType: { ...tensorType, elemType: dataType.float } } }
    : value;
}

/** Removes the Casts that only went from one float precision to the other, except where they make an output. */
function removeFloatCasts(model: OnnxModel): OnnxModel {
  const nodes = topologicalOrder(model.proto.graph.node, model.path);
  const types = inferElementTypes({ ...model.proto.graph, node: nodes });
  const editor = new GraphEditor(model);
  for (const node of nodes) {
    const [input] = node.input;
    const [output] = node.output;
    const nothingLeft =
      isOp(node, 'Cast') && intAttribute(node, 'to') === dataType.float && types.get(input) === dataType.float;
    if (nothingLeft && !editor.index.outputs.has(output)) {
      editor.redirect(output, input);
      editor.replace(node);
    }
  }
  return editor.finish();
}
