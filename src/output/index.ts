/**
 * What goes into a model and comes out of it: sizes that its inputs fix, which of its outputs is taken, pooling, dense layers, normalising.
 *
 * @module
 */
export { applyHead, headWidth } from './apply-head.js';
export { checkHead } from './check-head.js';
export { chooseOutputs, outputChoice } from './choose-output.js';
export { declaredInputs, type FixedShape, fixedShape, type ShapedValue } from './fixed-shape.js';
export { type InputRole, inputRole, type TextRole, textRoles } from './input-roles.js';
export type { ChosenOutputs, OfferedOutput, OutputChoice } from './offered-output.js';
export { declaredSizes, emptyPast, isPastInput } from './past-inputs.js';
export type { HiddenRows } from './pooling.js';
