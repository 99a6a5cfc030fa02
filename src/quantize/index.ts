/**
 * Quantization of ONNX graphs: methods from model to model. Nothing here runs a model or writes a file.
 *
 * @module
 */
export { checkQuantizable, quantizedOperatorsIn } from './check-source.js';
export { dynamicInt8 } from './dynamic-int8.js';
export { type EmbeddingTable, embeddingTables } from './embedding-tables.js';
export { type Fp16Model, fp16 } from './fp16.js';
export { type InspectedValue, type Inspection, inspectModel } from './inspection.js';
export { type LinearLayer, layerWeights, linearLayers } from './linear-layers.js';
export { makeRecipe, type Recipe, recipeOf, withRecipe } from './recipe.js';
export { hasHalfWeights, widen } from './widen.js';
