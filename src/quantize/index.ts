/**
 * Quantization of ONNX graphs: methods from model to model. Nothing here writes a variant; calibration runs the model
 * through the engine's door.
 *
 * @module
 */

export type { BlockScheme } from './block-scheme.js';
export { seeActivations, smoothWithTexts } from './calibrated-int8.js';
export { checkQuantizable, quantizedOperatorsIn } from './check-source.js';
export { dynamicInt8, type Int8Options } from './dynamic-int8.js';
export { type Fp16Model, fp16 } from './half/fp16.js';
export { fp16Weights, storeHalves } from './half/fp16-weights.js';
export { beyondHalf } from './half/half-range.js';
export { type InspectedValue, type Inspection, inspectModel } from './inspection.js';
export { describeLeft, type LeftWeights, leftNote } from './left-weights.js';
export {
  applyMix,
  type Mix,
  type MixMaterial,
  type MixPart,
  type MixPrecision,
  mixMaterial,
  mixParts,
  mixPrecisions,
} from './mixed.js';
export { type Q4Form, type Q4Options, q4, q4BlockSizes } from './q4.js';
export { q8, type WeightOnlyMethodOptions } from './q8.js';
export { makeRecipe, type Recipe, recipeOf, withRecipe } from './recipe.js';
export { leftOut, type Selection, selectableRoles, selectParts } from './selection.js';
export { type SmoothedModel, type SmoothingChoice, smooth } from './smoothing.js';
export { type StaticInt8Options, staticInt8 } from './static-int8.js';
export { type WeightOnlyOptions, weightOnly } from './weight-only.js';
export { hasDoubleWeights, hasHalfWeights, widen } from './widen.js';
