/**
 * Where documents, chunks and vectors are kept and found again.
 *
 * @module
 */

export { checkLayout } from './check-layout.js';
export { type Comparison, comparisons, type Filter, type FilterValue } from './filter/filter.js';
export { formatFilter } from './filter/format-filter.js';
export { filterTest, matchesFilter } from './filter/matches.js';
export { parseFilter } from './filter/parse-filter.js';
export {
  type IndexedModel,
  type IndexManifest,
  indexManifest,
  type VectorKind,
  type VectorKinds,
  vectorKinds,
} from './manifest.js';
export { checkIndexFiles, type Damage } from './segments/check.js';
export type { EmbedChunks } from './segments/repair.js';
export { type RepairOutcome, repairIndexFiles } from './segments/repair-index.js';
export { SegmentStore } from './segments/segment-store.js';
export type {
  Hit,
  HitQuery,
  NewDocument,
  Store,
  StoreChange,
  StoredChunk,
  StoreFacts,
  TextQuery,
  VectorQuery,
} from './store.js';
export { storedManifest } from './stored-manifest.js';
export { inverseFrequency, lengthWeight, saturation, type WordStatistics } from './text/bm25.js';
export { wordsOf } from './text/words.js';
