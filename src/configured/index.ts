/**
 * From a configuration to an embedder.
 *
 * @module
 */
import { Embedder } from '../embed/index.js';
import { embedderFromConfig } from './embedder-from-config.js';

export { checkConfiguredFiles, placeOfKey } from './configured-files.js';
export { configuredHub } from './configured-hub.js';
export { embedderFromConfig };

// The room of embedders stands below configurations and does not know of them.
Embedder.fromConfig = embedderFromConfig;
