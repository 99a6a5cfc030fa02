/**
 * Reading and writing ONNX files: every field, every data type, weights inside or beside the file, and no faith in
 * what a file says of itself.
 *
 * @module
 */
export { decodeModel } from './decode.js';
export { denseTensor } from './dense-tensor.js';
export * from './element-types.js';
export { encodedSize, encodeModel } from './encode.js';
export { isExternal } from './external-data.js';
export { externalDataFiles } from './external-files.js';
export { limits } from './limits.js';
export * from './make-tensor.js';
export { writeMappedView } from './mapped-view.js';
export type * from './messages.js';
export * from './model.js';
export * from './node.js';
export { parseModel, readModel } from './read-model.js';
export { readStructure } from './read-structure.js';
export { type InitializerData, writeStreamedModel } from './stream-model.js';
export * from './tensor.js';
export { everyTensor, mapTensors } from './walk-tensors.js';
export { type WriteOptions, type WrittenModel, writeModel } from './write-model.js';
