/**
 * What an encoder is: its description by the flow of data, recognised in an ONNX graph; linear layers and embedding
 * tables of any graph, and their roles.
 *
 * @module
 */
export type * from './description.js';
export { type EmbeddingTable, embeddingTables } from './embedding-tables.js';
export { fullPrecisionWeights } from './full-precision.js';
export {
  type LinearLayer,
  layersByActivation,
  layerWeights,
  linearLayers,
  transposeMatrix,
  weightKey,
} from './linear-layers.js';
export {
  type RecognisedEncoder,
  type RecogniseOptions,
  type Recognition,
  recogniseEncoder,
  type SampledOutput,
} from './recognise-encoder.js';
export { type LayerRole, layerRoles, rolesOf } from './roles.js';
export { centredTable, type StoredTable, tableRows } from './stored-table.js';
export { dequantizedRows, type StoredBlocks } from './stored-weights.js';
