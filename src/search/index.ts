/**
 * Documents in, answers out: an index of documents that is searched by meaning and by words.
 *
 * @module
 */
export type { Chunk, Chunking, Metadata, MetadataValue, Place, SkippedFile } from '../documents/index.js';
export {
  type Damage,
  type Filter,
  type FilterValue,
  formatFilter,
  type IndexManifest,
  matchesFilter,
  type NewDocument,
  parseFilter,
  type RepairOutcome,
  SegmentStore,
  type Store,
  type StoreChange,
  type StoredChunk,
  type StoreFacts,
  type VectorKind,
  type VectorKinds,
} from '../store/index.js';
export { describePlace, type SearchContext } from './context.js';
export { type EvaluateIndexOptions, evaluateIndex } from './evaluation/evaluate-index.js';
export type { IndexEvaluation, WayResult } from './evaluation/index-evaluation.js';
export type { Way } from './evaluation/ways.js';
export { type LoadedModel, type LoadModel, nameOf } from './index-model.js';
export {
  type ContextOptions,
  type IndexOptions,
  type SearchMode,
  type SearchOptions,
  searchModes,
  type UpdateOptions,
} from './index-options.js';
export type { IngestCounts } from './ingest.js';
export { checkIndex, repairIndex } from './maintain.js';
export { type MigrateOptions, migrateIndex } from './migrate.js';
export { Index, type IndexDocument, type UpdateOutcome } from './search-index.js';
export type { Explanation, SearchResult } from './search-result.js';
