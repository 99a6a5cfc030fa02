/**
 * Findings as people read them.
 *
 * @module
 */
export { formatEvidence } from './evidence-text.js';
export { formatInspection } from './inspection-text.js';
export { formatBytes, formatCount, formatDuration } from './quantities.js';
export { formatQuantizeOutcome } from './quantize-outcome.js';
export { plainStyle, type Style, styleOf } from './style.js';
export { formatVariantTable, type VariantRow, variantRows } from './variant-table.js';
