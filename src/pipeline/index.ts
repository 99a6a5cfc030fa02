/**
 * The main job as one call: a model in, proven variants out.
 *
 * @module
 */
export { type AutoOptions, type AutoPurpose, autoPurposes } from './auto/goal.js';
export type * from './auto/sensitivity-report.js';
export { type BatchItem, type BatchOutcome, batchError } from './batch-outcome.js';
export { isCalibrated } from './check-options.js';
export { type CompareOptions, type Comparison, compareVariants, type UnusableVariant } from './compare-variants.js';
export { type EvaluateOptions, type Evaluation, evaluateModel } from './evaluate-models.js';
export { type FoundModel, type FoundModels, findModels, type UnreadableFolder } from './find-models.js';
export type { MethodForms } from './method-forms.js';
export { type MethodName, methodNames } from './methods.js';
export type { ProofTexts } from './prove.js';
export { type QuantizeAllOptions, quantizeAll } from './quantize-all.js';
export { quantizeModel } from './quantize-model.js';
export type { QuantizeOptions, VariantOptions } from './quantize-options.js';
export { gateError, type QuantizeOutcome, type VariantFailure, type VariantOutcome } from './quantize-outcome.js';
export type { KnownSensitivity } from './read-sensitivity.js';
export { type Recommendation, type RecommendOptions, recommend, type Use } from './recommend.js';
export { checkWritable } from './staging.js';
export { type VerifyOptions, verifyModel } from './verify-model.js';
