/**
 * The ways to make a variant, each one thing: what it is called, what it is judged by, what it needs, what can be
 * chosen of it, what it does.
 *
 * @module
 */
export { type MethodName, methodNames } from '../base/index.js';
export type { AskedMethod } from './asked-method.js';
export { auto } from './auto/auto.js';
export { type KnownSensitivity, readSensitivity } from './auto/read-sensitivity.js';
export type * from './auto/sensitivity-report.js';
export { chooseMethods, chooseWithOptions, type OptionsByMethod } from './choose-methods.js';
export { describePrecision } from './describe-precision.js';
export { fp16 } from './fp16.js';
export { int8 } from './int8.js';
export { int8Static } from './int8-static.js';
export type {
  CalibrationHashes,
  Method,
  MethodContext,
  MethodFacts,
  MethodResult,
  MethodWishes,
  MethodWithOptions,
  SearchTexts,
} from './method.js';
export { givenOptions, type MethodOption, methodOptions } from './method-options.js';
export { q4 } from './q4.js';
export { q8 } from './q8.js';
export {
  type ChosenMethod,
  type MethodChoice,
  methodNamed,
  methods,
} from './registry.js';
