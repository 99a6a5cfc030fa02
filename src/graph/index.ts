/**
 * Searching and editing ONNX graphs: what operators do, shapes, types, folding of constants.
 *
 * @module
 */
export { foldConstants, int64Constant } from './constant-folding.js';
export { constantOf, constantScalar } from './constant-scalar.js';
export { removeDeadNodes } from './dead-nodes.js';
export { type ElementTypes, inferElementTypes } from './element-type-inference.js';
export { isLarge } from './folded-weights.js';
export { GraphEditor } from './graph-editor.js';
export { type GraphIndex, type IndexedModel, indexGraph, soleConsumer, usedValues } from './graph-index.js';
export { constantTensor } from './operators/constant.js';
export { operatorOf } from './operators/operators.js';
export { renameInputs } from './rename-values.js';
export { makeSampler, mostSamples, type Sample, type SampleOf, type Samples } from './sample-values.js';
export { foldShapes } from './shape-folding.js';
export { everyNode, mapSubgraphs } from './subgraphs.js';
export { inferShapes } from './symbolic-shapes.js';
export { topologicalOrder } from './topological-order.js';
