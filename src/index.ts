/**
 * octavec: a text-embedding model from full precision to a small, proven variant, and from texts to vectors.
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
export {
  Embedder,
  type EmbedderOptions,
  type EmbedOptions,
  type OverLong,
  type PromptOptions,
  quantizeVectors,
  type StreamBatch,
  type StreamOptions,
  type TextOptions,
  type TokenizedTexts,
  toBase64,
  type VectorOptions,
  type VectorRanges,
  Vectors,
  type VectorType,
  vectorRanges,
} from './embed/index.js';
export { type ModelFiles, type OpenModelOptions, openModelFolder } from './model/index.js';
