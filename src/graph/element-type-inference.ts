import {
  attribute,
  dataType,
  type GraphProto,
  intAttribute,
  type NodeProto,
  normalDomain,
  subgraphs,
} from '../onnx/index.js';

/** Element types (TensorProto.DataType) of a graph's values by name. Values of unknown type are missing. */
export type ElementTypes = ReadonlyMap<string, number>;

/**
 * Infers the element type of every value: declared ones are believed, the rest follows from the operators, most of
 * which give what their first input has. Nodes must be in topological order.
 */
export function inferElementTypes(graph: GraphProto): ElementTypes {
  const types = new Map<string, number>();
  const declare = (name: string | undefined, type: number | undefined): void => {
    if (name !== undefined && name !== '' && type !== undefined && type !== 0) {
      types.set(name, type);
    }
  };
  for (const value of [...graph.valueInfo, ...graph.input, ...graph.output]) {
    declare(value.name, value.type?.tensorType?.elemType);
  }
  for (const tensor of graph.initializer) {
    declare(tensor.name, tensor.dataType);
  }
  for (const node of graph.node) {
    const inferred = outputTypes(node, types);
    for (const [i, name] of node.output.entries()) {
      declare(name, types.get(name) ?? inferred[i] ?? inferred[inferred.length - 1]);
    }
  }
  return types;
}

/** Types of a node's outputs in order; the last one stands for all further outputs. */
function outputTypes(node: NodeProto, types: ElementTypes): (number | undefined)[] {
  if (subgraphs(node).length > 0) {
    // Branches of an If give what their own outputs are declared to be.
    return subgraphs(node)[0].output.map((output) => output.type?.tensorType?.elemType);
  }
  const ofInput = (i: number): number | undefined => types.get(node.input[i] ?? '');
  switch (normalDomain(node.domain) === '' ? node.opType : undefined) {
    case 'Cast':
      return [intAttribute(node, 'to')];
    case 'Constant':
      return [constantType(node)];
    case 'ConstantOfShape':
      return [attribute(node, 'value')?.t?.dataType ?? dataType.float];
    case 'Shape':
    case 'Size':
    case 'NonZero':
    case 'ArgMax':
    case 'ArgMin':
      return [dataType.int64];
    case 'TopK':
      return [ofInput(0), dataType.int64];
    case 'Equal':
    case 'Greater':
    case 'GreaterOrEqual':
    case 'Less':
    case 'LessOrEqual':
    case 'And':
    case 'Or':
    case 'Xor':
    case 'Not':
    case 'IsNaN':
    case 'IsInf':
      return [dataType.bool];
    case 'Where':
      return [ofInput(1)];
    case 'CastLike':
      return [ofInput(1)];
    case 'OneHot':
      return [ofInput(2)];
    case 'QuantizeLinear':
      return [ofInput(2) ?? dataType.uint8];
    case 'DynamicQuantizeLinear':
      return [dataType.uint8, dataType.float, dataType.uint8];
    case 'DequantizeLinear':
      return [ofInput(1)];
    case 'MatMulInteger':
    case 'ConvInteger':
      return [dataType.int32];
    case 'EyeLike':
    case 'RandomNormalLike':
    case 'RandomUniformLike':
      return [intAttribute(node, 'dtype') ?? ofInput(0)];
    case 'RandomNormal':
    case 'RandomUniform':
      return [intAttribute(node, 'dtype') ?? dataType.float];
    default:
      return [ofInput(0)];
  }
}

function constantType(node: NodeProto): number | undefined {
  const tensor = attribute(node, 'value')?.t;
  if (tensor !== undefined) {
    return tensor.dataType;
  }
  if (attribute(node, 'value_float') !== undefined || attribute(node, 'value_floats') !== undefined) {
    return dataType.float;
  }
  if (attribute(node, 'value_int') !== undefined || attribute(node, 'value_ints') !== undefined) {
    return dataType.int64;
  }
  return dataType.string;
}
