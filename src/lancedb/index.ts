/**
 * Documents, chunks and vectors in LanceDB.
 *
 * @module
 */
export { isLanceAddress, lancePlace } from './address.js';
export { LanceStore } from './lance-store.js';
