/**
 * What is configured: one schema for files and environment.
 *
 * @module
 */
export { configuredPresets, gateNamed } from './configured-gates.js';
export { environmentVariables } from './environment.js';
export { configurationPaths, type ReadConfigurationOptions, readConfiguration } from './read-configuration.js';
export type { Configuration } from './schema.js';
