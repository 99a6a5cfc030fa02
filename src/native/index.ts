/**
 * From a model file to a model of the native core: recognised, described, quantized and packed; and the binding to it.
 *
 * @module
 */
export {
  type LoadedBinding,
  loadBinding,
  type NativeBinding,
  type NativeJob,
  type NativeModel,
  type NativeSession,
  returnFreedMemory,
} from './binding.js';
export type { NativeModelOrReason, NoNativeModel } from './build-model.js';
export { buildModel } from './build-when-needed.js';
export type { NativePrecision } from './description-format.js';
export { type Fitness, knownFitness, noteFitness } from './fitness-file.js';
export { modelKey } from './model-key.js';
export { packedModel } from './packed-model.js';
