/**
 * Embedding what is too much for one machine: plan, shards and commits, for whatever engine distributes the work.
 *
 * @module
 */

export { finishJob, type Manifest } from './finish.js';
export { isolatePoison, type LoadableModel } from './isolate.js';
export { type Job, openJob, planFile } from './job.js';
export { makePlan, type PlanOptions } from './make-plan.js';
export { serveMetrics, type WorkerMetrics } from './metrics.js';
export { type Plan, rowsOf } from './plan.js';
export { fillQueue, openQueue, type QueueState, queueState, retryFailed, type ShardQueue } from './queue.js';
export { type RunShardOptions, runShard, type ShardOutcome } from './run-shard.js';
export { type JobStatus, jobStatus } from './status.js';
export { type ShardEvent, type WorkOptions, type WorkOutcome, work } from './work.js';
