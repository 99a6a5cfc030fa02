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
export { difference, type JobSettings, jobSettings } from './job-settings.js';
export { jsonRecord } from './jsonl-sink.js';
export { readRanges, writeRanges } from './ranges-file.js';
export { type SiftedBatch, type SkippedText, siftBatch } from './skipped-text.js';
export { needsRanges, type StoredType, type StoredVectors, storedTypes, storeVectors } from './stored-vectors.js';
