/**
 * Searching and editing ONNX graphs, as passes from model to model.
 *
 * @module
 */
export { foldConstants, int64Constant } from './constant-folding.js';
export { removeDeadNodes } from './dead-nodes.js';
export { writeOutZeros } from './dense-tensors.js';
export { type ElementTypes, inferElementTypes } from './element-type-inference.js';
export { GraphEditor } from './graph-editor.js';
export { type GraphIndex, type IndexedModel, indexGraph, soleConsumer, usedValues } from './graph-index.js';
export { inlineFunctions } from './inline-functions.js';
export { removeNoOps } from './no-ops.js';
export { activations } from './operators/functions.js';
export { operatorOf } from './operators/operators.js';
export { raiseOpset } from './opset-upgrade.js';
export { type GraphPass, graphPasses, type OptimizeOptions, optimize } from './optimize.js';
export { plainOperators } from './plain-operators.js';
export { renameInputs } from './rename-values.js';
export { makeSampler, mostSamples, type Sample, type SampleOf, type Samples } from './sample-values.js';
export { foldShapes } from './shape-folding.js';
export { shareCopies } from './share-copies.js';
export { everyNode, mapSubgraphs } from './subgraphs.js';
export { topologicalOrder } from './topological-order.js';
