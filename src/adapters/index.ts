/**
 * What adapters to other libraries have in common.
 *
 * @module
 */
export { embedAs, metadataOfResult, type RetrieverOptions, type Searched } from './retrieve.js';
