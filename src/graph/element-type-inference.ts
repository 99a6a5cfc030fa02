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
 *
 * @param outer types of values that a graph inside a node sees from outside
 */
export function inferElementTypes(graph: GraphProto, outer: ElementTypes = new Map()): ElementTypes {
  const types = new Map(outer);
  const declare = (name: string | undefined, type: number | undefined): void => {
    if (name !== undefined && name !== '' && type !== undefined && type !== dataType.undefined) {
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
      declare(name, types.get(name) ?? inferred[Math.min(i, inferred.length - 1)]);
    }
  }
  return types;
}

type Types = readonly (number | undefined)[];
type Rule = (node: NodeProto, ofInput: (i: number) => number | undefined) => Types;

/** Types of a node's outputs in order; the last one stands for all further outputs. */
function outputTypes(node: NodeProto, types: ElementTypes): Types {
  const [inner] = subgraphs(node);
  if (inner !== undefined) {
    const innerTypes = inferElementTypes(inner, types);
    const results = inner.output.map(({ name }) => innerTypes.get(name ?? ''));
    // The first result of a loop's body says whether to go on.
    return node.opType === 'Loop' ? results.slice(1) : results;
  }
  const ofInput = (i: number): number | undefined => types.get(node.input[i] ?? '');
  const domain = normalDomain(node.domain);
  const rules = domain === '' ? standardRules : domain === 'com.microsoft' ? microsoftRules : {};
  return (rules[node.opType ?? ''] ?? quantizingRules[node.opType ?? ''] ?? likeInput(0))(node, ofInput);
}

const likeInput =
  (i: number): Rule =>
  (_, ofInput) => [ofInput(i)];

const always =
  (...types: number[]): Rule =>
  () =>
    types;

/** The type that an attribute names, or else that of the first input or `otherwise`. */
const named =
  (name: string, otherwise?: number): Rule =>
  (node, ofInput) => [intAttribute(node, name) ?? otherwise ?? ofInput(0)];

const bool = always(dataType.bool);
const int64 = always(dataType.int64);

const standardRules: Readonly<Record<string, Rule>> = {
  And: bool,
  ArgMax: int64,
  ArgMin: int64,
  Bernoulli: named('dtype'),
  Cast: named('to'),
  CastLike: likeInput(1),
  Constant: (node) => [constantType(node)],
  ConstantOfShape: (node) => [attribute(node, 'value')?.t?.dataType ?? dataType.float],
  Dropout: (_, ofInput) => [ofInput(0), dataType.bool],
  Equal: bool,
  EyeLike: named('dtype'),
  Greater: bool,
  GreaterOrEqual: bool,
  IsInf: bool,
  IsNaN: bool,
  Less: bool,
  LessOrEqual: bool,
  MaxPool: (_, ofInput) => [ofInput(0), dataType.int64],
  Multinomial: named('dtype', dataType.int32),
  NonMaxSuppression: int64,
  NonZero: int64,
  Not: bool,
  OneHot: likeInput(2),
  Or: bool,
  RandomNormal: named('dtype', dataType.float),
  RandomNormalLike: named('dtype'),
  RandomUniform: named('dtype', dataType.float),
  RandomUniformLike: named('dtype'),
  Shape: int64,
  Size: int64,
  TopK: (_, ofInput) => [ofInput(0), dataType.int64],
  Unique: (_, ofInput) => [ofInput(0), dataType.int64],
  Where: likeInput(1),
  Xor: bool,
};

/** Operators of ONNX Runtime that do not give what their first input has. */
const microsoftRules: Readonly<Record<string, Rule>> = {
  EmbedLayerNormalization: (_, ofInput) => [ofInput(2), dataType.int32, ofInput(2)],
  GatherBlockQuantized: likeInput(2),
  MatMulIntegerToFloat: likeInput(2),
  QAttention: likeInput(3),
  QEmbedLayerNormalization: always(dataType.float, dataType.int32),
};

/** Of the standard domain, or of ONNX Runtime's under the same names. */
const quantizingRules: Readonly<Record<string, Rule>> = {
  ConvInteger: always(dataType.int32),
  DequantizeLinear: (node, ofInput) => [intAttribute(node, 'output_dtype') || ofInput(1)],
  DynamicQuantizeLinear: always(dataType.uint8, dataType.float, dataType.uint8),
  MatMulInteger: always(dataType.int32),
  QuantizeLinear: (node, ofInput) => [ofInput(2) ?? (intAttribute(node, 'output_dtype') || dataType.uint8)],
};

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
  return attribute(node, 'sparse_value')?.sparseTensor?.values?.dataType ?? dataType.string;
}
