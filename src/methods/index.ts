/**
 * The ways to make a variant, each one thing: what it is called, what it is held against, what it needs, what it does.
 *
 * @module
 */
export { type AutoGoal, type AutoOptions, type AutoPurpose, autoGoal, autoPurposes } from './auto/goal.js';
export { type KnownSensitivity, readSensitivity } from './auto/read-sensitivity.js';
export type * from './auto/sensitivity-report.js';
export { describePrecision } from './describe-precision.js';
export type { CalibrationHashes, MethodContext, MethodResult, MethodWishes, SearchTexts } from './method.js';
export { completeForms, type MethodForms } from './method-forms.js';
export { gateFor, type MethodName, methodNames, methods } from './methods.js';
