import { OctavecError } from '../base/index.js';
import type { CpuBudget } from '../host/index.js';

export interface ThreadOptions {
  /** Sessions that run side by side, each in a thread of its own. */
  readonly workers?: number;
  /** Threads of each session. */
  readonly threads?: number;
}

export interface ThreadPlan {
  readonly workers: number;
  readonly threads: number;
  /** "2 physical cores, cgroup quota 1.5" */
  readonly reason: string;
}

/** More sessions than this take more memory than they are worth; the rest of the CPUs goes into their threads. */
const mostWorkers = 8;

/**
 * Shares the granted CPUs among workers. Several sessions of one thread do more than one session of several threads,
 * because parts of a model do not divide well; from 8 CPUs on two threads each keep memory and the time of a single
 * text down. What the caller asks for is taken as it is.
 *
 * @throws USAGE for counts that are not whole numbers from 1 on
 */
export function planThreads(budget: CpuBudget, { workers, threads }: ThreadOptions = {}): ThreadPlan {
  checkCount('workers', workers);
  checkCount('threads', threads);
  if (workers !== undefined && threads !== undefined) {
    return { workers, threads, reason: 'as asked for' };
  }
  if (workers !== undefined) {
    return { workers, threads: Math.max(1, Math.floor(budget.threads / workers)), reason: budget.reason };
  }
  const perWorker = threads ?? (budget.threads < 8 ? 1 : Math.max(2, Math.floor(budget.threads / mostWorkers)));
  return {
    workers: Math.min(mostWorkers, Math.max(1, Math.floor(budget.threads / perWorker))),
    threads: perWorker,
    reason: budget.reason,
  };
}

function checkCount(name: string, count: number | undefined): void {
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 1 && count <= 1024)) {
    throw new OctavecError('USAGE', { problem: `The number of ${name} is ${count}, and must be from 1 to 1024` });
  }
}
