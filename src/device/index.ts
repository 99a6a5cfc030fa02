/**
 * Proven models on Android devices: what goes, over adb, and the proof that it arrived.
 *
 * @module
 */
export { type AppConfigFormat, type AppModel, appConfig, appConfigFormats } from './app-config.js';
export { type PushOptions, type PushOutcome, push } from './push.js';
export type { FileState, PushedFile } from './push-files.js';
