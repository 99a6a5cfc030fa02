/**
 * Passes from model to model: tidying, fusing, raising the opset, inlining functions, and writing fused and quantized
 * operators out in plain ones.
 *
 * @module
 */
export { writeOutZeros } from './dense-tensors.js';
export { whyFused } from './fused/fused-operators.js';
export { inlineFunctions } from './inline-functions.js';
export { removeNoOps } from './no-ops.js';
export { raiseOpset } from './opset-upgrade.js';
export { type GraphPass, graphPasses, type OptimizeOptions, optimize } from './optimize.js';
export { plainOperators } from './plain-operators.js';
export { shareCopies } from './share-copies.js';
