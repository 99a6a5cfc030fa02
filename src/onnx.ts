/**
 * ONNX files and graphs: reading and writing the format, searching and editing graphs, and passes from model to model.
 *
 * @module
 */

export {
  foldConstants,
  GraphEditor,
  type GraphIndex,
  type GraphPass,
  graphPasses,
  indexGraph,
  inlineFunctions,
  type OptimizeOptions,
  optimize,
  raiseOpset,
  removeDeadNodes,
  removeNoOps,
  renameInputs,
  topologicalOrder,
} from './graph/index.js';
export * from './onnx/index.js';
