/**
 * Folders of finished models for other programs.
 *
 * @module
 */
export { type ExportedModel, type ExportOptions, exportModel } from './export-model.js';
export { type ExportTarget, exportTargets } from './targets.js';
