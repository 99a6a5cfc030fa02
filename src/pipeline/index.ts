/**
 * The main jobs, each as one call: quantize a model into proven variants, verify, compare, evaluate.
 *
 * @module
 */
export type {
  ChosenMethod,
  CurvePoint,
  KnownSensitivity,
  MethodChoice,
  MethodName,
  SearchFindings,
  SensitivityReport,
} from '../methods/index.js';
export type { Alternative, ProofTexts } from '../proof/index.js';
export { type BatchItem, type BatchOutcome, batchError } from './batch-outcome.js';
export { checkedMethods } from './check-options.js';
export { type CompareOptions, type Comparison, compare } from './compare.js';
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.js';
export { type FoundModel, type FoundModels, findModels, type UnreadableFolder } from './find-models.js';
export type { UnusableVariant } from './or-unusable.js';
export { quantize } from './quantize.js';
export { type QuantizeAllOptions, quantizeAll } from './quantize-all.js';
export type { QuantizeOptions, QuantizeRerankerOptions, VariantOptions } from './quantize-options.js';
export { gateError, type QuantizeOutcome, type VariantFailure, type VariantOutcome } from './quantize-outcome.js';
export { type Recommendation, type RecommendOptions, recommend, type Use } from './recommend.js';
export { isReranker } from './rerank/is-reranker.js';
export { quantizeReranker, type RerankerOutcome, type RerankerVariant } from './rerank/quantize-reranker.js';
export { type VerifyRerankerOptions, verifyReranker } from './rerank/verify-reranker.js';
export type { TwoPasses } from './try-two-passes.js';
export { type VerifyOptions, verify } from './verify.js';
