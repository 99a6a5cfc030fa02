import { type Commit, readCommits } from './commit.js';
import type { Job } from './job.js';
import { rowsOf } from './plan.js';

/** How far a job is. */
export interface JobStatus {
  readonly id: string;
  readonly shards: number;
  readonly done: number;
  /** Shards without a record, in their order. */
  readonly open: readonly number[];
  readonly rows: number;
  /** Rows of the shards that are done, those in quarantine included. */
  readonly rowsDone: number;
  readonly quarantined: number;
  /** Bytes of the parts so far. */
  readonly bytes: number;
  /** Workers that have done something in the last ten minutes of work. */
  readonly workers: number;
  /** In these ten minutes; undefined if nothing is done. */
  readonly rowsPerSecond?: number;
  /** Until the end, at that rate; undefined where it is not known. */
  readonly secondsLeft?: number;
  /** Seconds that workers have worked. */
  readonly workSeconds: number;
}

/** Milliseconds that the rate is taken over. */
const windowMs = 600_000;

/**
 * Returns how far a job is, by its records alone, whatever queue or engine runs it.
 *
 * @throws JOB_PLAN_INVALID, STORE_FAILED
 */
export async function jobStatus(job: Job): Promise<JobStatus> {
  return statusOf(job, await readCommits(job));
}

/** Computes the same from records that were read. */
export function statusOf({ id, plan }: Pick<Job, 'id' | 'plan'>, commits: readonly Commit[]): JobStatus {
  const done = new Set(commits.map(({ shard }) => shard));
  const sum = (of: readonly Commit[], pick: (commit: Commit) => number) =>
    of.reduce((total, commit) => total + pick(commit), 0);
  const rows = rowsOf(plan);
  const rowsDone = sum(commits, (commit) => plan.shards[commit.shard].rows);
  const ends = commits.map(({ at }) => Date.parse(at));
  const last = Math.max(...ends);
  const recent = commits.filter((_, i) => ends[i] > last - windowMs);
  const begin = Math.min(...recent.map(({ at, seconds }) => Date.parse(at) - seconds * 1000));
  const elapsed = (last - Math.max(begin, last - windowMs)) / 1000;
  const recentRows = sum(recent, (commit) => plan.shards[commit.shard].rows);
  const rate = elapsed > 0 && recentRows > 0 ? recentRows / elapsed : undefined;
  return {
    id,
    shards: plan.shards.length,
    done: done.size,
    open: plan.shards.flatMap((_, shard) => (done.has(shard) ? [] : [shard])),
    rows,
    rowsDone,
    quarantined: sum(commits, ({ quarantined }) => quarantined.length),
    bytes: sum(commits, ({ part }) => part.size),
    workers: new Set(recent.map(({ worker }) => worker)).size,
    ...(rate !== undefined && { rowsPerSecond: rate, secondsLeft: (rows - rowsDone) / rate }),
    workSeconds: sum(commits, ({ seconds }) => seconds),
  };
}
