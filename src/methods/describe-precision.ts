import type { GatePresetName } from '../evaluate/index.js';
import { everyNode } from '../graph/index.js';
import { attribute, dataType, everyTensor, intAttribute, type NodeProto, type OnnxModel } from '../onnx/index.js';
import { quantizedOperatorsIn, recipeOf } from '../quantize/index.js';
import { methodNamed } from './registry.js';

/** Returns what a file's weights are kept in, and the gate that is fair to it. */
export function describePrecision(model: OnnxModel): { readonly precision: string; readonly gate: GatePresetName } {
  const quantized = quantizedOperatorsIn(model).length > 0;
  const method = methodNamed(recipeOf(model)?.method ?? '');
  // A tool that quantized an FP16 file of octavec's may have kept the recipe in its metadata.
  if (method !== undefined && (method.gate === 'fp16') === !quantized) {
    const { precision, gate } = method;
    return { precision, gate };
  }
  const nodes = everyNode(model);
  const types = new Set(everyTensor(model.proto).map((tensor) => tensor.dataType ?? 0));
  const bnb = nodes.find(({ opType }) => opType === 'MatMulBnb4');
  if (bnb !== undefined) {
    return { precision: intAttribute(bnb, 'quant_type') === 0 ? 'fp4' : 'nf4', gate: 'int4' };
  }
  if (nodes.some(hasFewBits) || fewBits.some((type) => types.has(type))) {
    return { precision: 'int4', gate: 'int4' };
  }
  // Tables of static models have 8-bit rows that are widened by plain operators.
  if (quantized || types.has(dataType.int8)) {
    return { precision: 'int8', gate: 'int8' };
  }
  return { precision: types.has(dataType.float16) ? 'fp16' : 'fp32', gate: 'fp16' };
}

/** Element types of 4 bits and less. */
const fewBits: readonly number[] = [dataType.int4, dataType.uint4, dataType.float4e2m1, dataType.int2, dataType.uint2];

/** Operators on weights in blocks. Where a node does not say otherwise, their codes have 4 bits. */
const inBlocks = new Set(['GatherBlockQuantized', 'MatMulNBits']);

function hasFewBits(node: NodeProto): boolean {
  if (attribute(node, 'bits') !== undefined) {
    return (intAttribute(node, 'bits') ?? 8) <= 4;
  }
  return inBlocks.has(node.opType ?? '');
}
