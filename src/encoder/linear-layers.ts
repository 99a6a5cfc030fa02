import { type GraphIndex, indexGraph } from '../graph/index.js';
import {
  dataType,
  elementCount,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorFloats,
} from '../onnx/index.js';
import { readProduct } from './matrix-product.js';

/** A node y = x W (+ b) whose weight is a constant matrix. */
export interface LinearLayer {
  readonly node: NodeProto;
  readonly activation: string;
  readonly weight: TensorProto;
  /** Is W stored as [outputs × inputs] (Gemm with transB)? */
  readonly transposed: boolean;
  readonly inputs: number;
  readonly outputs: number;
  /** The bias of a Gemm. A MatMul's bias is an Add of its own, which stays. */
  readonly bias?: string;
}

/** Weights with fewer elements are not worth a quantized operator. */
export const smallestWeight = 1024;

/** Lists all linear layers with float32 weights, in the order of the graph. */
export function linearLayers(model: OnnxModel): LinearLayer[] {
  const index = indexGraph(model.proto.graph);
  return model.proto.graph.node.flatMap((node) => linearLayer(node, index) ?? []);
}

function linearLayer(node: NodeProto, index: GraphIndex): LinearLayer | undefined {
  const product = readProduct(node);
  const weight = index.initializers.get(product?.weight ?? '');
  if (
    product === undefined ||
    weight === undefined ||
    weight.dataType !== dataType.float ||
    weight.dims.length !== 2 ||
    elementCount(weight) < smallestWeight ||
    index.inputs.has(weight.name ?? '')
  ) {
    return undefined;
  }
  const { input: activation, transposed, bias } = product;
  const [inputs, outputs] = transposed ? weight.dims.toReversed() : weight.dims;
  return { node, activation, weight, transposed, inputs, outputs, bias };
}

/** Returns a key that is equal for layers that share a weight. */
export function weightKey({ weight, transposed }: LinearLayer): string {
  return `${weight.name}:${transposed}`;
}

/** Groups layers by the activation that they share. */
export function layersByActivation(layers: readonly LinearLayer[]): ReadonlyMap<string, readonly LinearLayer[]> {
  const groups = new Map<string, LinearLayer[]>();
  for (const layer of layers) {
    const group = groups.get(layer.activation);
    if (group === undefined) {
      groups.set(layer.activation, [layer]);
    } else {
      group.push(layer);
    }
  }
  return groups;
}

/** Returns the weight of a layer as [inputs × outputs], row-major, float32. */
export function layerWeights(model: OnnxModel, layer: LinearLayer): Float32Array {
  const weights = tensorFloats(model, layer.weight);
  return layer.transposed ? transposeMatrix(weights, layer.outputs, layer.inputs) : weights;
}

/** Transposes a matrix: [rows × columns] → [columns × rows]. */
export function transposeMatrix(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column];
    }
  }
  return result;
}
