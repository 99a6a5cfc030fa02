/**
 * What is configured: one schema for files and environment.
 *
 * @module
 */
export { environmentVariables } from './environment.js';
export { lineOfKey } from './line-of-key.js';
export {
  type ConfigurationLayer,
  configurationPaths,
  mergedConfiguration,
  type ReadConfigurationOptions,
  readConfiguration,
  readLayers,
} from './read-configuration.js';
export type { Configuration } from './schema.js';
export { tokensOfText } from './tokens-of-text.js';

/** Loads the schema and what writes files by it. To read a configuration that is not there takes neither. */
export const loadSchema = () => import('./with-schema.js');
