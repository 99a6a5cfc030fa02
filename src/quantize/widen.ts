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
  return floatConstants(model).some((tensor) => halves.has(tensor.dataType) && elementCount(tensor) > 1);
}

/** Does the model keep weights in double precision? Some constants of chains that compute scales are no weights. */
export function hasDoubleWeights(model: OnnxModel): boolean {
  return floatConstants(model).some((tensor) => tensor.dataType === dataType.double && elementCount(tensor) >= 1024);
}

function floatConstants({ proto: { graph } }: OnnxModel): TensorProto[] {
  const constants = graph.node.flatMap((each) => (isOp(each, 'Constant') ? (attribute(each, 'value')?.t ?? []) : []));
  return [...graph.initializer, ...constants];
}

/**
 * Returns the model in FP32: half-precision weights are widened exactly, Casts between the two precisions vanish. What
 * an FP16 file is measured by and quantized from when it is the original. A model whose weights are doubles is rounded
 * to FP32 as a whole.
 */
export function widen(model: OnnxModel): OnnxModel {
  const conversion = new ToFloat(model, hasDoubleWeights(model) ? new Set([...halves, dataType.double]) : halves);
  return removeFloatCasts(withGraph(model, conversion.graph(model.proto.graph)));
}

const halves: ReadonlySet<number | undefined> = new Set([dataType.float16, dataType.bfloat16]);

/** Makes FP32 of other float types. */
class ToFloat {
  readonly #model: OnnxModel;
  readonly #types: ReadonlySet<number | undefined>;

  constructor(model: OnnxModel, types: ReadonlySet<number | undefined>) {
    this.#model = model;
    this.#types = types;
  }

  graph(graph: GraphProto): GraphProto {
    return {
      ...graph,
      initializer: graph.initializer.map((tensor) => this.#tensor(tensor)),
      node: graph.node.map((node) => mapSubgraphs(this.#node(node), (inner) => this.graph(inner))),
      input: graph.input.map((value) => this.#value(value)),
      output: graph.output.map((value) => this.#value(value)),
      valueInfo: graph.valueInfo.map((value) => this.#value(value)),
    };
  }

  #tensor(tensor: TensorProto): TensorProto {
    if (!this.#types.has(tensor.dataType)) {
      return tensor;
    }
    const floats = tensorFloats(this.#model, tensor);
    return floatTensor(tensor.name ?? '', tensor.dims, tensor.dataType === dataType.double ? finite(floats) : floats);
  }

  #node(node: NodeProto): NodeProto {
    if (this.#types.has(intAttribute(node, 'to')) && isOp(node, 'Cast')) {
      return withAttributes(node, { to: { int: dataType.float } });
    }
    if (this.#types.has(intAttribute(node, 'dtype'))) {
      return withAttributes(node, { dtype: { int: dataType.float } });
    }
    const value = attribute(node, 'value')?.t;
    return this.#types.has(value?.dataType) && value !== undefined
      ? withAttributes(node, { value: { tensor: this.#tensor(value) } })
      : node;
  }

  #value(value: ValueInfoProto): ValueInfoProto {
    const tensorType = value.type?.tensorType;
    return this.#types.has(tensorType?.elemType)
      ? { ...value, type: { ...value.type, tensorType: { ...tensorType, elemType: dataType.float } } }
      : value;
  }
}

/**
 * Replaces infinities by finite numbers. Masks hold the lowest double there is; as infinity it would turn what it is
 * added to into NaN.
 */
function finite(floats: Float32Array): Float32Array {
  const largest = 3.4028234663852886e38;
  return floats.map((value) =>
    value === Number.POSITIVE_INFINITY ? largest : value === Number.NEGATIVE_INFINITY ? -largest : value,
  );
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
