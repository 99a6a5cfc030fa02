/**
 * Bringing models and data sets here from the Hugging Face hub, into its shared cache.
 *
 * @module
 */

export { type CachedModel, cachedModels, removeSnapshot } from './cached-models.js';
export { type DamagedFile, damagedFiles } from './check-snapshot.js';
export type { ModelFileChoice } from './choose-model-files.js';
export { fetchSnapshot, type Snapshot, type SnapshotOptions } from './fetch-snapshot.js';
export { type HubSettings, hubSettings } from './hub-settings.js';
export { type PulledModel, type PullOptions, pullModel } from './pull-model.js';
export { type HubFile, openRemoteRepository, type RemoteRepository } from './remote-repository.js';
export { isRepositoryId, type Repository } from './repository.js';
