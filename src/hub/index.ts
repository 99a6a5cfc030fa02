/**
 * Bringing models and data sets here from the Hugging Face hub, into its shared cache.
 *
 * @module
 */
export { fetchSnapshot, type Snapshot, type SnapshotOptions } from './fetch-snapshot.js';
export { type HubSettings, hubSettings } from './hub-settings.js';
export { isRepositoryId, type Repository } from './repository.js';
