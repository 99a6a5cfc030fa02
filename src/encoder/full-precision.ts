import { indexGraph } from '../graph/index.js';
import { attribute, dataType, elementCount, type OnnxModel, type TensorProto } from '../onnx/index.js';
import { inlineFunctions } from '../passes/index.js';
import { smallestWeight } from './linear-layers.js';

const precisions = new Map<number | undefined, string>([
  [dataType.double, 'FP64'],
  [dataType.float, 'FP32'],
  [dataType.float16, 'FP16'],
  [dataType.bfloat16, 'BF16'],
]);

/** Operators that multiply by matrices of weights as they are, which are one of the first two inputs. */
const multiplying = new Set(['MatMul', 'Gemm', 'FusedMatMul', 'TransposeMatMul', 'FusedGemm', 'Attention']);

/** What hands weights on without computing anything from them. */
const passing = new Set(['Identity', 'Cast', 'Transpose', 'Reshape', 'Squeeze', 'Unsqueeze']);

/**
 * Returns the precision ("FP32") of a matrix that the model multiplies with and that is not quantized, or undefined if
 * all are. Embedding tables and norms do not count. The data of tensors are not read.
 */
export function fullPrecisionWeights(model: OnnxModel): string | undefined {
  const { graph } = inlineFunctions(model).proto;
  const { initializers, producers } = indexGraph(graph);
  const stored = (value: string): TensorProto | undefined => {
    let current = value;
    for (let step = 0; step < mostSteps; step++) {
      const node = producers.get(current);
      if (node === undefined || !passing.has(node.opType ?? '')) {
        return node?.opType === 'Constant' ? attribute(node, 'value')?.t : initializers.get(current);
      }
      current = node.input[0] ?? '';
    }
    return undefined;
  };
  return graph.node
    .filter(({ opType }) => multiplying.has(opType ?? ''))
    .flatMap(({ input }) => input.slice(0, 2).map(stored))
    .map((tensor) => (tensor !== undefined && isMatrix(tensor) ? precisions.get(tensor.dataType) : undefined))
    .find((precision) => precision !== undefined);
}

/** A graph may also be a circle. */
const mostSteps = 100;

function isMatrix(tensor: TensorProto): boolean {
  return tensor.dims.length >= 2 && elementCount(tensor) >= smallestWeight;
}
