/** What a candidate is worth: fidelity to its original, the gate that says pass or fail, the texts to measure with. */

export { type BatchEffect, measureBatchEffect } from './batch-effect.js';
export * from './choose-gate.js';
export { embeddedTaskNames } from './data/embedded-tasks.js';
export { mtebTaskNames } from './data/mteb-tasks.js';
export * from './data/read-task.js';
export { type CacheOptions, embedOrRecall } from './embedding-cache.js';
export * from './evidence.js';
export * from './evidence-file.js';
export * from './fidelity.js';
export * from './gate.js';
export { type GateMetricName, gateMetricNames, gateMetrics, type Measured, sizeReduction } from './gate-metrics.js';
export * from './gate-presets.js';
export * from './measurements.js';
export { compareResults, type Finding, type TaskComparison } from './tasks/compare-results.js';
export { evaluateTask } from './tasks/evaluate-task.js';
export { evaluateRetrieval } from './tasks/retrieval.js';
export * from './tasks/task.js';
export { taskEmbedder } from './tasks/task-embedder.js';
export type { TaskResult, TaskSamples } from './tasks/task-result.js';
export * from './texts.js';
export type { VectorCache } from './vector-files.js';
export type { DamagedText, Neighbour, TextReference } from './worst-texts.js';
