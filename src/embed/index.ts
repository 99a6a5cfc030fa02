/**
 * From texts to vectors.
 *
 * @module
 */
export { Admission, closeLoaded } from './admission.js';
export { checkTexts, whyNoText } from './check-texts.js';
export { countedFrom } from './counted-from.js';
export {
  type DecodeOptions,
  type EmbedderOptions,
  type EmbedOptions,
  embedOptionChecks,
  type OnTextError,
  type PromptOptions,
  type TextOptions,
  type TokenOptions,
  type VectorOptions,
} from './embed-options.js';
export type { StreamBatch, StreamOptions } from './embed-stream.js';
export { Embedder } from './embedder.js';
export { type CacheableEmbedder, type CacheOptions, cachedEmbedding, embedOrRecall } from './embedding-cache.js';
export { npyBytes, npyHeader, npyHeaderBytes, npyTypes } from './npy.js';
export { type OverLong, overLongPolicies, type TruncationSide } from './over-long.js';
export { resolvePrompt } from './prompt.js';
export { quantizeVectors, toBase64, type VectorRanges, type VectorType, vectorRanges } from './quantize-vectors.js';
export { readyLine } from './ready-line.js';
export { TextTokenizer, type TokenizedTexts } from './text-tokenizer.js';
export { tokenizeOnce } from './tokenize-once.js';
export type { SpelledText, Token } from './tokenizer-protocol.js';
export { ownVectorCache, type VectorCache } from './vector-files.js';
export { type TextFailure, Vectors } from './vectors.js';
