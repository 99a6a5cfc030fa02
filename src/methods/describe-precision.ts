import type { GatePresetName } from '../evaluate/index.js';
import { dataType, type OnnxModel } from '../onnx/index.js';
import { quantizedOperatorsIn, recipeOf } from '../quantize/index.js';
import { methodNamed } from './registry.js';

/** What a file's weights are kept in, and the gate that is fair to it. */
export function describePrecision(model: OnnxModel): { readonly precision: string; readonly gate: GatePresetName } {
  const quantized = quantizedOperatorsIn(model).length > 0;
  const method = methodNamed(recipeOf(model)?.method ?? '');
  // A tool that quantized an FP16 file of octavec's may have kept the recipe in its metadata.
  if (method !== undefined && (method.gate === 'fp16') === !quantized) {
    const { precision, gate } = method;
    return { precision, gate };
  }
  const { node, initializer } = model.proto.graph;
  const fourBits = node.some(({ attribute }) => attribute.some(({ name, i }) => name === 'bits' && i === 4n));
  if (
    fourBits ||
    initializer.some((tensor) => tensor.dataType === dataType.int4 || tensor.dataType === dataType.uint4)
  ) {
    return { precision: 'int4', gate: 'int4' };
  }
  if (quantized) {
    return { precision: 'int8', gate: 'int8' };
  }
  const half = initializer.some((tensor) => tensor.dataType === dataType.float16);
  return { precision: half ? 'fp16' : 'fp32', gate: 'fp16' };
}
