import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type TaskOptions, throwIfCancelled } from '../base/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import type { Job } from './job.js';
import { findPoison } from './poison.js';
import { openShard } from './shard-source.js';

/** How a process of its own loads the model of a job. */
export interface LoadableModel {
  /** Model folder or .onnx file. */
  readonly path: string;
  readonly options: Pick<EmbedderOptions, 'variant' | 'engine' | 'threads' | 'workers' | 'memory'>;
}

/** Rows of a shard that are to be embedded, and what came of it. */
export interface Trial {
  readonly job: string;
  readonly shard: number;
  readonly model: LoadableModel;
  /** Rows from `start` up to `end`, not included. */
  readonly start: number;
  readonly end: number;
}
export interface TrialResult {
  /** Why it failed; undefined if it did not. */
  readonly reason?: string;
}

/** Minutes after which rows are believed to hang. */
const patience = 15;

/**
 * Finds the rows that make a shard fail, in a process of its own that may crash or hang over them.
 *
 * @returns their places, each with the reason: what `runShard` takes as `leftOut`
 * @throws CANCELLED, and as `openShard`
 */
export async function isolatePoison(
  job: Job,
  shard: number,
  model: LoadableModel,
  { signal, onProgress }: TaskOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const places: string[] = [];
  for await (const { place = '' } of (await openShard(job, shard)).source.records) {
    places.push(place);
  }
  let child: ChildProcess | undefined;
  let trials = 0;
  const tryRows = async (start: number, end: number): Promise<string | undefined> => {
    throwIfCancelled(signal, 'looking for the rows that fail');
    const total = 2 * Math.ceil(Math.log2(places.length + 1));
    onProgress?.({ stage: 'Looking for the rows that fail', done: trials++, total, unit: 'trials' });
    child = child?.connected ? child : fork(new URL('./try-rows.js', import.meta.url), { stdio: 'ignore', signal });
    return outcomeOf(child, { job: job.store.uri, shard, model, start, end });
  };
  try {
    const poison = await findPoison(places.length, tryRows);
    return new Map(poison.map(({ row, reason }) => [places[row], reason]));
  } finally {
    child?.kill('SIGKILL');
  }
}

/** Returns what a process said of a trial, or how it ended during it. */
async function outcomeOf(child: ChildProcess, trial: Trial): Promise<string | undefined> {
  const end = new AbortController();
  const timer = setTimeout(() => child.kill('SIGKILL'), patience * 60_000);
  try {
    const answer = once(child, 'message', { signal: end.signal }).then(([result]) => (result as TrialResult).reason);
    const death = once(child, 'exit', { signal: end.signal }).then(
      ([status, signal]) => `the process that embedded it ended with ${signal ?? `status ${status}`}`,
    );
    child.send(trial, () => undefined);
    return await Promise.race([answer, death]);
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}
