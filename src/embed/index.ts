/**
 * From texts to vectors.
 *
 * @module
 */
export { checkOutput, type EmbedToFileOptions, type EmbedToFileOutcome, embedToFile } from './bulk/embed-to-file.js';
export { jsonRecord } from './bulk/jsonl-sink.js';
export { openTexts, type TextFileOptions, type TextFormat, textFormats } from './bulk/open-texts.js';
export { readRanges, writeRanges } from './bulk/ranges-file.js';
export { needsRanges, type StoredType, type StoredVectors, storedTypes, storeVectors } from './bulk/stored-vectors.js';
export {
  joinSources,
  type RecordId,
  someTexts,
  type TextRecord,
  type TextSource,
  textsAsSource,
} from './bulk/text-record.js';
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
