/**
 * Serving embedding models over HTTP, in the APIs that clients speak already.
 *
 * @module
 */
export { hashOfKey, parseKeys } from '../base/index.js';
export {
  defaultLimits,
  type ServedModelOptions,
  type ServerLimits,
  type ServerOptions,
  type SettingChanges,
} from './options.js';
export type { ServedIndexOptions } from './search/search-service.js';
export { type RunningServer, serve } from './serve.js';
