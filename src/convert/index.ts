/**
 * From weights in safetensors to an ONNX model, without PyTorch: what an architecture's tensors are called stands as data,
 * one builder writes the graph, and the file is held against its weights before it gets its name.
 *
 * @module
 */
export type { Conversion } from './conversion.js';
export type { ConversionType } from './conversion-type.js';
export { type ConvertOptions, convert } from './convert.js';
export { type ConvertedCopy, convertedCopy, hasOnlyWeights } from './converted-copy.js';
export { openConverted } from './open-converted.js';
export type { ConversionProof } from './proof/prove-conversion.js';
