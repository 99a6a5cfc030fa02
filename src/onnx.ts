/**
 * ONNX files and graphs: reading and writing the format, searching and editing graphs, and passes from model to model.
 *
 * @module
 */

export {
  foldConstants,
  GraphEditor,
  type GraphIndex,
  indexGraph,
  removeDeadNodes,
  renameInputs,
  topologicalOrder,
} from './graph/index.js';
export * from './onnx/index.js';
export {
  type GraphPass,
  graphPasses,
  inlineFunctions,
  type OptimizeOptions,
  optimize,
  raiseOpset,
  removeNoOps,
} from './passes/index.js';
