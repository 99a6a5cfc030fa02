/**
 * From texts to vectors.
 *
 * @module
 */
export type { EmbedderOptions, EmbedOptions, PromptOptions, TextOptions, VectorOptions } from './embed-options.js';
export type { StreamBatch, StreamOptions } from './embed-stream.js';
export { Embedder } from './embedder.js';
export { npyBytes } from './npy.js';
export type { OverLong } from './over-long.js';
export { quantizeVectors, toBase64, type VectorRanges, type VectorType, vectorRanges } from './quantize-vectors.js';
export { readTexts } from './read-texts.js';
export type { TokenizedTexts } from './text-tokenizer.js';
export { tokenizeOnce } from './tokenize-once.js';
export { Vectors } from './vectors.js';
