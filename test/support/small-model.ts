import {
  type AttributeProto,
  dataType,
  floatTensor,
  type GraphProto,
  int64Tensor,
  makeNode,
  makeTensor,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  type ValueInfoProto,
} from '../../src/onnx/index.js';

/** A graph of a few nodes. Inputs and outputs by name. */
export interface SmallGraph {
  readonly inputs?: Readonly<Record<string, Declared>>;
  readonly outputs: Readonly<Record<string, Declared>>;
  readonly nodes: readonly NodeProto[];
  readonly initializers?: readonly TensorProto[];
  readonly valueInfo?: readonly ValueInfoProto[];
}

/** Type and sizes: 'float[batch,4]', 'int64[2]', 'float[]' for a scalar, 'float' for a shape that is left open, '' for nothing said. */
export type Declared = string;

export interface SmallModel extends SmallGraph {
  readonly opset?: number;
  readonly irVersion?: number;
  /** Opsets of other domains. */
  readonly domains?: Readonly<Record<string, number>>;
}

export function smallModel(model: SmallModel): OnnxModel {
  const { opset = 17, irVersion = 8, domains = {} } = model;
  const others = Object.entries(domains).map(([domain, version]) => ({ domain, version }));
  return {
    path: 'small.onnx',
    proto: {
      irVersion,
      producerName: 'octavec tests',
      opsetImport: [{ domain: '', version: opset }, ...others],
      graph: smallGraph(model),
      metadataProps: [],
      functions: [],
    },
  };
}

export function smallGraph({ inputs = {}, outputs, nodes, initializers = [], valueInfo = [] }: SmallGraph): GraphProto {
  return {
    name: 'small',
    node: nodes,
    initializer: initializers,
    sparseInitializer: [],
    input: Object.entries(inputs).map(([name, declared]) => declaredValue(name, declared)),
    output: Object.entries(outputs).map(([name, declared]) => declaredValue(name, declared)),
    valueInfo,
    quantizationAnnotation: [],
    metadataProps: [],
  };
}

export function declaredValue(name: string, declared: Declared): ValueInfoProto {
  if (declared === '') {
    return { name, metadataProps: [] };
  }
  const [, type = '', , sizes] = /^(\w+)(\[(.*)\])?$/.exec(declared) ?? [];
  const elemType = dataType[type as keyof typeof dataType];
  const dim = (sizes ?? '')
    .split(',')
    .filter((size) => size !== '')
    .map((size) => (/^\d+$/.test(size) ? { dimValue: Number(size) } : { dimParam: size }));
  const shape = sizes === undefined ? undefined : { dim };
  return { name, type: { tensorType: { elemType, shape } }, metadataProps: [] };
}

/** An If: its branches are graphs without inputs of their own. */
export function ifNode(
  condition: string,
  outputs: readonly string[],
  thenBranch: GraphProto,
  elseBranch: GraphProto,
): NodeProto {
  const node = makeNode('If', [condition], outputs);
  return { ...node, attribute: [graphAttribute('then_branch', thenBranch), graphAttribute('else_branch', elseBranch)] };
}

export function graphAttribute(name: string, g: GraphProto): AttributeProto {
  return { name, type: 5, g, floats: [], ints: [], strings: [], tensors: [], graphs: [] };
}

export function floats(name: string, dims: readonly number[], values: readonly number[]): TensorProto {
  return floatTensor(name, dims, Float32Array.from(values));
}

export function integers(name: string, values: readonly number[]): TensorProto {
  return int64Tensor(name, [values.length], values);
}

export function scalar(name: string, value: number): TensorProto {
  return floatTensor(name, [], Float32Array.of(value));
}

export function bools(name: string, dims: readonly number[], values: readonly boolean[]): TensorProto {
  return makeTensor(name, dataType.bool, dims, Uint8Array.from(values, Number));
}

/** What a graph does, without its names' details: "MatMul(x, w) -> y". */
export function wiring(model: OnnxModel): string[] {
  return model.proto.graph.node.map((node) => `${node.opType}(${node.input.join(', ')}) -> ${node.output.join(', ')}`);
}

export function operators(model: OnnxModel): string[] {
  return model.proto.graph.node.map((node) => node.opType ?? '');
}

export function initializerNames(model: OnnxModel): string[] {
  return model.proto.graph.initializer.map((tensor) => tensor.name ?? '');
}
