/**
 * From files of texts into files of vectors, through kills.
 *
 * @module
 */
export {
  checkOutput,
  type EmbedToFileOptions,
  type EmbedToFileOutcome,
  embedToFile,
  embedToFileOptionChecks,
} from './embed-to-file.js';
export { jsonRecord } from './jsonl-sink.js';
export { openTexts, type TextFileOptions, type TextFormat, textFormats } from './open-texts.js';
export { readRanges, writeRanges } from './ranges-file.js';
export { readTexts } from './read-texts.js';
export { needsRanges, type StoredType, type StoredVectors, storedTypes, storeVectors } from './stored-vectors.js';
export {
  joinSources,
  type RecordId,
  someTexts,
  type TextRecord,
  type TextSource,
  textsAsSource,
} from './text-record.js';
