/**
 * octavec: a text-embedding model from full precision to a small, proven variant, and from texts to vectors.
 *
 * This file says what there is, and types come from here; `library.ts` loads it piece by piece.
 *
 * @module
 */
export {
  type ErrorCode,
  OctavecError,
  type OnProgress,
  type ProgressEvent,
  type TaskOptions,
  version,
} from './base/index.js';
export { type Benchmark, type BenchmarkOptions, benchmark } from './benchmark/index.js';
export {
  type EmbedToFileOptions,
  type EmbedToFileOutcome,
  embedToFile,
  type SkippedText,
} from './bulk/index.js';

import './configured/index.js';

export { auto, fp16, int8, int8Static, methodNames, q4, q8 } from './asked-methods.js';
export { type Configuration, type ReadConfigurationOptions, readConfiguration } from './config/index.js';
export {
  type Conversion,
  type ConversionProof,
  type ConversionType,
  type ConvertOptions,
  convert,
} from './convert/index.js';
export {
  type Distillation,
  type DistillOptions,
  distill,
  type TablePrecision,
} from './distill/index.js';
export {
  Embedder,
  type EmbedderOptions,
  type EmbedOptions,
  type OnTextError,
  type OverLong,
  type PromptOptions,
  quantizeVectors,
  type StreamBatch,
  type StreamOptions,
  type TextFailure,
  type TextOptions,
  type TokenizedTexts,
  toBase64,
  type VectorOptions,
  type VectorRanges,
  Vectors,
  type VectorType,
  vectorRanges,
} from './embed/index.js';
export {
  type Evidence,
  type Gate,
  type GateChoice,
  gateNamed,
  type Likeness,
  type Measurements,
  type RankingEvidence,
  type Verdict,
} from './evaluate/index.js';
export { type ExportedModel, type ExportOptions, type ExportTarget, exportModel } from './export/index.js';
export type { AskedMethod, ChosenMethod, MethodChoice, MethodName } from './methods/index.js';
export { type ModelFiles, type OpenModelOptions, openModelFolder, type StaticReading } from './model/index.js';
export {
  type Alternative,
  type CompareOptions,
  type Comparison,
  compare,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type QuantizeAllOptions,
  type QuantizeOptions,
  type QuantizeOutcome,
  type QuantizeRerankerOptions,
  quantize,
  quantizeAll,
  quantizeReranker,
  type RerankerOutcome,
  type RerankerVariant,
  type TwoPasses,
  type VariantFailure,
  type VariantOptions,
  type VariantOutcome,
  type VerifyOptions,
  type VerifyRerankerOptions,
  verify,
  verifyReranker,
} from './pipeline/index.js';
export { type ResolvedModel, type ResolveOptions, resolveModel } from './registry/index.js';
export {
  type PairScores,
  type QueryTexts,
  type RankedText,
  type RankOptions,
  Reranker,
  type RerankerOptions,
  type ScoreActivation,
  type ScoreOptions,
} from './rerank/index.js';
export { readTask, type Task } from './tasks/index.js';
export { openTexts, type TextFileOptions, type TextFormat, type TextRecord, type TextSource } from './texts/index.js';
