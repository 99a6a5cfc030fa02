/**
 * Static models: a table with a vector for each token, whose mean is the text's vector. Reading them, running them, and
 * their form as ONNX graphs.
 *
 * @module
 */
export { averageRows } from './average-rows.js';
export { modelGraph, unknownIdOf } from './model-graph.js';
export { readTable } from './read-table.js';
export { tryStaticEngine } from './static-engine.js';
export type { StaticTable } from './static-table.js';
export { tableGraph } from './table-graph.js';
