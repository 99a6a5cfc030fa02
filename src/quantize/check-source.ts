import { OctavecError } from '../base/index.js';
import { embeddingTables, linearLayers } from '../encoder/index.js';
import { everyNode, foldConstants } from '../graph/index.js';
import type { OnnxModel } from '../onnx/index.js';

/** Operators that only quantized models have. */
const quantizedOperators = new Set([
  'ConvInteger',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
  'DynamicQuantizeLSTM',
  'DynamicQuantizeMatMul',
  'GatherBlockQuantized',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'MatMulNBits',
  'QAttention',
  'QEmbedLayerNormalization',
  'QGemm',
  'QuantizeLinear',
]);

/** Returns the names of the operators that show that a model is quantized; empty for a full-precision one. */
export function quantizedOperatorsIn(model: OnnxModel): string[] {
  const operators = new Set(everyNode(model).map(({ opType = '' }) => opType));
  return [...operators].filter((op) => quantizedOperators.has(op) || op.startsWith('QLinear')).sort();
}

/**
 * Makes sure that a model in FP32 (see `widen`) can be quantized.
 *
 * @throws ALREADY_QUANTIZED, NOTHING_TO_QUANTIZE
 */
export function checkQuantizable(model: OnnxModel): void {
  const found = quantizedOperatorsIn(model);
  if (found.length > 0) {
    throw new OctavecError('ALREADY_QUANTIZED', { path: model.path, found: found.join(', ') });
  }
  // Weights may stand in Constant nodes, or behind a Transpose.
  if (!hasWeights(model) && !hasWeights(foldConstants(model))) {
    const why = 'no MatMul or Gemm has a constant float weight matrix, and no Gather takes rows of a table';
    throw new OctavecError('NOTHING_TO_QUANTIZE', { path: model.path, why });
  }
}

/** Tells whether a model has weights of layers; a static model has only a table. */
function hasWeights(model: OnnxModel): boolean {
  return linearLayers(model).length > 0 || embeddingTables(model).length > 0;
}
