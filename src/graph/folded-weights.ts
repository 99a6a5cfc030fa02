import {
  type AttributeProto,
  dataType,
  elementCount,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorBytes,
} from '../onnx/index.js';

/** Tensors with fewer elements are not worth sharing. */
const smallestShared = 1024;

/** Says whether a constant is so large that what is made of it is shared. */
export function isLarge(tensor: TensorProto): boolean {
  return elementCount(tensor) >= smallestShared;
}

type Inputs = readonly (TensorProto | undefined)[];

/** What nodes made of large constants, to be found again when another node does the same. */
export class FoldedWeights {
  readonly #model: OnnxModel;
  readonly #results = new Map<string, TensorProto>();

  constructor(model: OnnxModel) {
    this.#model = model;
  }

  find(node: NodeProto, inputs: Inputs): TensorProto | undefined {
    return inputs.some((tensor) => tensor && isLarge(tensor)) ? this.#results.get(this.#key(node, inputs)) : undefined;
  }

  add(node: NodeProto, inputs: Inputs, result: TensorProto): void {
    if (isLarge(result) && inputs.some((tensor) => tensor && isLarge(tensor))) {
      this.#results.set(this.#key(node, inputs), result);
    }
  }

  /**
   * Makes a key of a node and its inputs: large inputs count by their names, small ones (shapes, axes) by their
   * contents.
   */
  #key(node: NodeProto, inputs: Inputs): string {
    const given = inputs.map((tensor) =>
      tensor === undefined || isLarge(tensor) ? tensor?.name : [tensor.dataType, tensor.dims, this.#content(tensor)],
    );
    return JSON.stringify([node.opType, node.attribute.map(attributeKey), given]);
  }

  #content(tensor: TensorProto): string | undefined {
    return tensor.dataType === dataType.string
      ? tensor.name
      : Buffer.from(tensorBytes(this.#model, tensor)).toString('base64');
  }
}

/** Makes a key of an attribute. Operators that are folded have attributes of numbers only. */
function attributeKey({ name, i, f, ints }: AttributeProto): unknown {
  return [name, i?.toString(), f, ints.map(String)];
}
