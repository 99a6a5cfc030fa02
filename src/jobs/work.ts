import { setTimeout as sleep } from 'node:timers/promises';
import { OctavecError, onAbort, reasonOf, type TaskOptions, throwIfCancelled } from '../base/index.js';
import type { Embedder } from '../embed/index.js';
import { committedShards } from './commit.js';
import { isolatePoison, type LoadableModel } from './isolate.js';
import type { Job } from './job.js';
import { connectionOf, fillQueue, loadBullmq, openQueue, type QueuedShard, queueName, queueState } from './queue.js';
import { runShard, type ShardOutcome } from './run-shard.js';

export interface WorkOptions extends Pick<TaskOptions, 'onProgress'> {
  /** "redis://host:6379" */
  readonly redis: string;
  /** How a process of its own loads the same model, to find rows that crash. */
  readonly model: LoadableModel;
  /** Local folder for unfinished parts. */
  readonly workFolder?: string;
  /** Ends the work: the running shard is finished if it can be soon, else handed back. */
  readonly signal?: AbortSignal;
  /** Milliseconds that a running shard gets to finish after the signal; 15,000 by default. */
  readonly grace?: number;
  /** Told of each shard that begins or ends. */
  readonly onShard?: (event: ShardEvent) => void;
}

/** What became of an attempt at a shard. */
export interface ShardEvent {
  readonly shard: number;
  readonly state: ShardOutcome['state'] | 'failed' | 'handed back';
  readonly rows: number;
  readonly seconds: number;
  readonly reason?: string;
}

export interface WorkOutcome {
  readonly done: number;
  readonly rows: number;
  /** Shards that were given up, by whichever worker. */
  readonly failed: readonly { readonly shard: number; readonly reason: string }[];
  /** Whether all shards of the job are done. */
  readonly isWhole: boolean;
}

/** Attempts after which rows of a shard are suspected. */
const attemptsBeforeIsolation = 3;

/** Milliseconds between looks at a queue that has nothing. */
const idlePause = 2000;

/**
 * Works on a job until all its shards are done or given up: takes shards from the queue, one at a time. A shard that fails
 * three times is searched for the rows that make it fail, which are left out then. The queue may be restarted and emptied
 * meanwhile; the process may be stopped, woken and killed at any moment.
 *
 * @throws JOB_RECIPE_DIFFERS, STORE_FAILED, PACKAGE_MISSING, CANCELLED
 */
export async function work(job: Job, embedder: Embedder, options: WorkOptions): Promise<WorkOutcome> {
  const { redis, signal, onShard, grace = 15_000 } = options;
  throwIfCancelled(signal, 'the work');
  const { Worker, DelayedError, UnrecoverableError } = await loadBullmq();
  const opened = await openQueue(job, redis);
  const stop = new AbortController();
  const totals = { done: 0, rows: 0 };
  /** What makes all further work of this worker useless. */
  let hopeless: OctavecError | undefined;
  const forget = onAbort(signal, () => void sleep(grace, undefined, { ref: false }).then(() => stop.abort()));
  const worker = new Worker<QueuedShard>(
    queueName(job),
    async (entry, token) => {
      const { shard } = entry.data;
      const started = performance.now();
      const tell = (event: Pick<ShardEvent, 'state'> & Partial<ShardEvent>) =>
        onShard?.({ shard, rows: 0, seconds: (performance.now() - started) / 1000, ...event });
      const handBack = async () => {
        tell({ state: 'handed back' });
        await entry.moveToDelayed(Date.now(), token);
        return new DelayedError();
      };
      try {
        const shared = { signal: stop.signal, onProgress: options.onProgress };
        const isSuspect = entry.attemptsMade + entry.stalledCounter >= attemptsBeforeIsolation;
        const leftOut = isSuspect ? await isolatePoison(job, shard, options.model, shared) : undefined;
        const { state, commit } = await runShard(job, shard, embedder, {
          ...shared,
          leftOut,
          workFolder: options.workFolder,
        });
        totals.done += state === 'done' ? 1 : 0;
        totals.rows += commit?.rows ?? 0;
        tell({ state, rows: commit?.rows ?? 0 });
      } catch (error) {
        const code = error instanceof OctavecError ? error.code : undefined;
        if (stop.signal.aborted) {
          throw await handBack();
        }
        if (code === 'JOB_RECIPE_DIFFERS') {
          hopeless = error as OctavecError;
          throw await handBack();
        }
        tell({ state: 'failed', reason: reasonOf(error) });
        throw code === 'JOB_INPUT_CHANGED' ? new UnrecoverableError(reasonOf(error)) : error;
      }
    },
    {
      connection: connectionOf(redis, true),
      // Renewed by timers of this thread, which does not compute.
      lockDuration: 30_000,
      stalledInterval: 15_000,
      // Machines that vanish are no fault of a shard.
      maxStalledCount: 1000,
    },
  );
  // Redis that is away, locks that were lost while the process was stopped: all are met by trying again.
  worker.on('error', () => undefined);
  try {
    for (;;) {
      if (hopeless !== undefined) {
        throw hopeless;
      }
      if (signal?.aborted) {
        throw new OctavecError('CANCELLED', {
          what: 'the work; shards that were begun go on where another takes them',
        });
      }
      const state = await queueState(opened).catch(() => undefined);
      if (state !== undefined && state.waiting + state.active + state.delayed === 0) {
        const done = await committedShards(job);
        const given = new Set(state.failed.map(({ shard }) => shard));
        if (job.plan.shards.every((_, shard) => done.has(shard) || given.has(shard))) {
          const failed = state.failed.filter(({ shard }) => !done.has(shard));
          return { ...totals, failed, isWhole: failed.length === 0 };
        }
        // Whatever was in the queue is gone.
        await fillQueue(job, opened).catch(() => undefined);
      }
      await sleep(idlePause, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await worker.close();
    forget();
    await opened.close().catch(() => undefined);
  }
}
