/**
 * What an encoder is: its description by the flow of data, recognised in an ONNX graph.
 *
 * @module
 */
export type * from './description.js';
export { centredTable, type StoredTable, tableRows } from './embedding-table.js';
export { type InputRole, inputRoles } from './input-roles.js';
export {
  type RecognisedEncoder,
  type RecogniseOptions,
  type Recognition,
  recogniseEncoder,
  type SampledOutput,
} from './recognise-encoder.js';
export { dequantizedRows, type StoredBlocks } from './stored-weights.js';
