import type { ConnectionOptions, Queue } from 'bullmq';
import { codeOf, OctavecError, optionalPackage, reasonOf } from '../base/index.js';
import { committedShards } from './commit.js';
import type { Job } from './job.js';

/** Attempts at a shard: three as it is, then two without the rows that fail. */
const attempts = 5;

/** What a queue remembers of a shard. */
export interface QueuedShard {
  readonly shard: number;
}

/** A queue holds no truth: it can be emptied at any time, and is filled again from plan and commits. */
export interface ShardQueue {
  readonly queue: Queue<QueuedShard>;
  close(): Promise<void>;
}

/** Loads BullMQ, which is an optional package. */
export function loadBullmq(): Promise<typeof import('bullmq')> {
  return optionalPackage(() => import('bullmq'), 'bullmq', 'A queue of shards');
}

/** Returns the name of a job's queue. */
export function queueName({ id }: Job): string {
  return `octavec-${id}`;
}

/** Returns the options for connecting to Redis; workers wait as long as it takes for one that is away. */
export function connectionOf(redis: string, isWorker: boolean): ConnectionOptions {
  return {
    url: redis,
    maxRetriesPerRequest: isWorker ? null : 3,
    retryStrategy: (times: number) => (isWorker || times < 5 ? Math.min(100 * 2 ** times, 5000) : null),
  };
}

/**
 * Opens the queue of a job.
 *
 * @param redis "redis://host:6379"
 * @throws STORE_FAILED if Redis does not answer; PACKAGE_MISSING
 */
export async function openQueue(job: Job, redis: string): Promise<ShardQueue> {
  const { Queue } = await loadBullmq();
  const queue = new Queue<QueuedShard>(queueName(job), { connection: connectionOf(redis, false) });
  // Told by whatever is asked of the queue, too.
  queue.on('error', () => undefined);
  try {
    await queue.waitUntilReady();
  } catch (error) {
    await queue.close().catch(() => undefined);
    throw redisError(redis, error);
  }
  return { queue, close: () => queue.close() };
}

export function redisError(redis: string, error: unknown): OctavecError {
  // Passwords stand before the host or in the query, and need not be coded as an address asks for.
  const name = redis.replace(/\?.*$/s, '').replace(/\/\/.*@/s, '//…@');
  const why = reasonOf(error) || codeOf(error) || 'it does not answer';
  return new OctavecError('STORE_FAILED', { name, what: 'read', why }, error);
}

/**
 * Puts all shards into the queue that are neither done nor in it.
 *
 * @returns how many are still to be done
 */
export async function fillQueue(job: Job, { queue }: ShardQueue): Promise<number> {
  const done = await committedShards(job);
  const open = job.plan.shards.flatMap((_, shard) => (done.has(shard) ? [] : [shard]));
  await queue.addBulk(
    open.map((shard) => ({
      name: 'shard',
      data: { shard },
      opts: {
        // The same name twice is one entry.
        jobId: `shard-${shard}`,
        attempts,
        backoff: { type: 'exponential', delay: 2000, jitter: 0.5 },
        removeOnComplete: true,
      },
    })),
  );
  return open.length;
}

/** What stands in a queue. */
export interface QueueState {
  readonly waiting: number;
  readonly active: number;
  /** Waiting for another attempt. */
  readonly delayed: number;
  /** Given up, with the reason. */
  readonly failed: readonly { readonly shard: number; readonly reason: string }[];
}

/** Counts the shards in the queue, and lists those that failed with the reasons. */
export async function queueState({ queue }: ShardQueue): Promise<QueueState> {
  const { waiting = 0, prioritized = 0, active = 0, delayed = 0 } = await queue.getJobCounts();
  const failed = (await queue.getFailed()).map(({ data, failedReason }) => ({
    shard: data.shard,
    reason: failedReason,
  }));
  return { waiting: waiting + prioritized, active, delayed, failed };
}

/**
 * Lets shards that were given up be tried anew, with all their attempts.
 *
 * @returns which
 */
export async function retryFailed({ queue }: ShardQueue): Promise<readonly number[]> {
  const failed = await queue.getFailed();
  for (const entry of failed) {
    await entry.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
  }
  return failed.map(({ data }) => data.shard).sort((a, b) => a - b);
}
