import { dataType, elementCount, type OnnxModel, type TensorProto, tensorFloats } from '../onnx/index.js';
import type { GraphIndex } from './graph-index.js';

/** Returns an initializer that nobody can feed instead. */
export function constantOf(name: string, index: GraphIndex): TensorProto | undefined {
  return index.inputs.has(name) ? undefined : index.initializers.get(name);
}

/** Returns the number that a constant of one FP32 element holds. */
export function constantScalar(name: string, index: GraphIndex, model: OnnxModel): number | undefined {
  const tensor = constantOf(name, index);
  return tensor?.dataType === dataType.float && elementCount(tensor) === 1 ? tensorFloats(model, tensor)[0] : undefined;
}
