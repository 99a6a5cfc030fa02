/**
 * What comes out of a model: which of a graph's outputs is taken, pooling, dense layers, normalising.
 *
 * @module
 */
export { applyHead, headWidth } from './apply-head.js';
export { checkHead } from './check-head.js';
export { type ChosenOutputs, chooseOutputs, outputChoice } from './choose-output.js';
export type { OfferedOutput, OutputChoice } from './offered-output.js';
export type { HiddenRows } from './pooling.js';
