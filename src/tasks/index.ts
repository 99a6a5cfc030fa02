/**
 * Tasks that say what vectors are worth, by MTEB's definitions: their data, metrics, and comparison of results.
 *
 * @module
 */
export { compareResults, type Finding, type TaskComparison } from './compare-results.js';
export { embeddedTaskNames } from './data/embedded-tasks.js';
export { mtebTaskNames } from './data/mteb-tasks.js';
export * from './data/read-task.js';
export { judgedQueries } from './data/retrieval-data.js';
export { evaluateTask } from './evaluate-task.js';
export { type RankingMetric, rankingMetric, trecOrder } from './metrics/retrieval-metrics.js';
export { evaluateRetrieval } from './retrieval.js';
export * from './task.js';
export { promptFor, taskEmbedder } from './task-embedder.js';
export { metricsOf, type TaskResult, type TaskSamples } from './task-result.js';
export { evaluateTwoPasses } from './two-passes.js';
