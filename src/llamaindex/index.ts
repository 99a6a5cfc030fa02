/**
 * Embedders and indexes as LlamaIndex.TS knows its own.
 *
 * @module
 */
export type { RetrieverOptions } from '../adapters/index.js';
export { llamaindexEmbedding, llamaindexRetriever } from './llamaindex.js';
