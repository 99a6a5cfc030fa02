/** What only a few commands do with a configuration besides reading it. The door loads it late, as the schema knows every method. */
export { commentedConfiguration, configurationJsonSchema } from './commented-file.js';
export { withAlias } from './edit-aliases.js';
export { configurationSchema } from './schema.js';
