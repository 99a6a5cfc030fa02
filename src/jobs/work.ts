import { setTimeout as sleep } from 'node:timers/promises';
import type { Job as QueueJob } from 'bullmq';
import { OctavecError, onAbort, reasonOf, type TaskOptions, throwIfCancelled } from '../base/index.js';
import type { Embedder } from '../embed/index.js';
import { committedShards } from './commit.js';
import { isolatePoison, type LoadableModel } from './isolate.js';
import type { Job } from './job.js';
import {
  connectionOf,
  fillQueue,
  loadBullmq,
  openQueue,
  type QueuedShard,
  queueName,
  queueState,
  type ShardQueue,
} from './queue.js';
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
  const { redis, signal, grace = 15_000 } = options;
  throwIfCancelled(signal, 'the work');
  const bullmq = await loadBullmq();
  const opened = await openQueue(job, redis);
  const attempts = new Attempts(job, embedder, options);
  const forget = onAbort(signal, () => void sleep(grace, undefined, { ref: false }).then(() => attempts.stop()));
  const worker = new bullmq.Worker<QueuedShard>(queueName(job), (entry, token) => attempts.make(bullmq, entry, token), {
    connection: connectionOf(redis, true),
    // Renewed by timers of this thread, which does not compute.
    lockDuration: 30_000,
    stalledInterval: 15_000,
    // Machines that vanish are no fault of a shard.
    maxStalledCount: 1000,
  });
  // Redis that is away, locks that were lost while the process was stopped: all are met by trying again.
  worker.on('error', () => undefined);
  try {
    for (;;) {
      attempts.throwIfHopeless();
      if (signal?.aborted) {
        throw new OctavecError('CANCELLED', {
          what: 'the work; shards that were begun go on where another takes them',
        });
      }
      const failed = await failedShards(job, opened);
      if (failed !== undefined) {
        return { ...attempts.totals, failed, isWhole: failed.length === 0 };
      }
      await sleep(idlePause, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await worker.close();
    forget();
    await opened.close().catch(() => undefined);
  }
}

/**
 * Returns the shards that were given up, once every shard is done or given up; undefined until then. Fills a queue that has lost
 * some of them.
 */
async function failedShards(job: Job, opened: ShardQueue): Promise<WorkOutcome['failed'] | undefined> {
  const state = await queueState(opened).catch(() => undefined);
  if (state === undefined || state.waiting + state.active + state.delayed > 0) {
    return undefined;
  }
  const done = await committedShards(job);
  const given = new Set(state.failed.map(({ shard }) => shard));
  if (job.plan.shards.every((_, shard) => done.has(shard) || given.has(shard))) {
    return state.failed.filter(({ shard }) => !done.has(shard));
  }
  // Whatever was in the queue is gone.
  await fillQueue(job, opened).catch(() => undefined);
  return undefined;
}

/** The attempts of one worker at the shards that it takes from the queue. */
class Attempts {
  readonly #job: Job;
  readonly #embedder: Embedder;
  readonly #options: WorkOptions;
  readonly #stop = new AbortController();
  readonly totals = { done: 0, rows: 0 };
  /** What makes all further work of this worker useless. */
  #hopeless: OctavecError | undefined;

  constructor(job: Job, embedder: Embedder, options: WorkOptions) {
    this.#job = job;
    this.#embedder = embedder;
    this.#options = options;
  }

  /** Has the shard that is worked on handed back. */
  stop(): void {
    this.#stop.abort();
  }

  throwIfHopeless(): void {
    if (this.#hopeless !== undefined) {
      throw this.#hopeless;
    }
  }

  /** Works on a shard. What it throws tells the queue whether the shard is tried again. */
  async make({ DelayedError, UnrecoverableError }: Bullmq, entry: QueueEntry, token?: string): Promise<void> {
    const { shard } = entry.data;
    const started = performance.now();
    const tell = (event: Pick<ShardEvent, 'state'> & Partial<ShardEvent>) =>
      this.#options.onShard?.({ shard, rows: 0, seconds: (performance.now() - started) / 1000, ...event });
    try {
      const isSuspect = entry.attemptsMade + entry.stalledCounter >= attemptsBeforeIsolation;
      const { state, commit } = await this.#run(shard, isSuspect);
      const rows = commit?.rows ?? 0;
      this.totals.done += state === 'done' ? 1 : 0;
      this.totals.rows += rows;
      tell({ state, rows });
    } catch (error) {
      const isHopeless = error instanceof OctavecError && error.code === 'JOB_RECIPE_DIFFERS';
      if (isHopeless && !this.#stop.signal.aborted) {
        this.#hopeless = error;
      }
      if (isHopeless || this.#stop.signal.aborted) {
        tell({ state: 'handed back' });
        await entry.moveToDelayed(Date.now(), token);
        throw new DelayedError();
      }
      tell({ state: 'failed', reason: reasonOf(error) });
      const isFinal = error instanceof OctavecError && error.code === 'JOB_INPUT_CHANGED';
      throw isFinal ? new UnrecoverableError(reasonOf(error)) : error;
    }
  }

  async #run(shard: number, isSuspect: boolean) {
    const { model, workFolder, onProgress } = this.#options;
    const shared = { signal: this.#stop.signal, onProgress };
    const leftOut = isSuspect ? await isolatePoison(this.#job, shard, model, shared) : undefined;
    return runShard(this.#job, shard, this.#embedder, { ...shared, leftOut, workFolder });
  }
}

type Bullmq = Awaited<ReturnType<typeof loadBullmq>>;
type QueueEntry = Pick<QueueJob<QueuedShard>, 'data' | 'attemptsMade' | 'stalledCounter' | 'moveToDelayed'>;
