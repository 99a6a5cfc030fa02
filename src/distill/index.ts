/**
 * Static models made of embedding models: the teacher's vectors of tokens, in fewer dimensions, weighted, and tuned on texts.
 *
 * @module
 */
export { type Distillation, distill } from './distill.js';
export { type DistillOptions, type TablePrecision, tablePrecisions } from './distill-options.js';
export { tableBytes } from './table-bytes.js';
