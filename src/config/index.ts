/**
 * What is configured: one schema for files and environment.
 *
 * @module
 */
export { commentedConfiguration, configurationJsonSchema } from './commented-file.js';
export { withAlias } from './edit-aliases.js';
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
export { type Configuration, configurationSchema } from './schema.js';
export { tokensOfText } from './tokens-of-text.js';
