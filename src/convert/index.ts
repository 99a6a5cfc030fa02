/**
 * From a checkpoint to an ONNX model, without PyTorch: one builder writes the graph of any encoder that was planned, and
 * the file is compared with its weights before it gets its name.
 *
 * @module
 */
export type { Conversion } from './conversion.js';
export type { ConversionType } from './conversion-type.js';
export { type ConvertOptions, convert } from './convert.js';
export { type ConvertedCopy, convertedCopy, hasOnlyWeights } from './converted-copy.js';
export { openConverted } from './open-converted.js';
export type { ConversionProof } from './proof/prove-conversion.js';
