/**
 * Embedders and indexes as LangChain.js knows its own.
 *
 * @module
 */
export type { RetrieverOptions } from '../adapters/index.js';
export { langchainEmbeddings, langchainRetriever } from './langchain.js';
export { type LangchainVectorStore, langchainVectorStore, type VectorStoreOptions } from './vector-store.js';
