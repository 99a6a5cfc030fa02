import { loadavg } from 'node:os';
import { throwIfCancelled, unlessCancelled } from '../base/index.js';
import { type CpuThrottling, readCpuTimes, readThrottling } from '../host/index.js';
import { ascending, quantile } from '../numbers/index.js';
import { WorkerChannel } from '../threads/index.js';

/** A thread that calculates for as many seconds, and tells how many ms each unit of work took. */
export interface Spinning {
  start(): undefined;
  spin(seconds: number): Float64Array;
}

/** What threads got that wanted to calculate all the time. */
export interface SpeedProbe {
  /** Threads that calculated at the same time. */
  readonly threads: number;
  readonly wallSeconds: number;
  /** CPU time that they got together. */
  readonly cpuSeconds: number;
  /** The same small piece of work, again and again. */
  readonly unit: {
    /** What it takes when nothing comes between. */
    readonly fastestMs: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    /** The longest that a thread stood still. */
    readonly worstMs: number;
  };
  /** Of the group that was throttled most meanwhile; undefined without accounts of groups. */
  readonly throttling?: CpuThrottling & { readonly source: string };
  /** CPUs' worth of time meanwhile, of those that may be used; undefined where the system does not tell. */
  readonly machine?: {
    /** Used by other programs. */
    readonly others: number;
    /** Used by nobody. */
    readonly idle: number;
    /** Taken by the host of this virtual machine. */
    readonly stolen: number;
  };
  /** Runnable tasks, averaged over the minute before. */
  readonly loadBefore: number;
}

/**
 * Lets threads calculate for a while, and measures the CPU time that they get against the time that passes.
 *
 * @throws CANCELLED
 */
export async function probeSpeed(threads: number, seconds: number, signal?: AbortSignal): Promise<SpeedProbe> {
  const what = 'measuring the CPU time that is granted';
  throwIfCancelled(signal, what);
  const [loadBefore] = loadavg();
  const script = new URL('./spin-worker.js', import.meta.url);
  const workers = Array.from(
    { length: threads },
    () => new WorkerChannel<Spinning>(script, undefined, { path: 'the measurement' }),
  );
  const all = <Answer>(answers: Promise<Answer>[]) => unlessCancelled(Promise.all(answers), signal, what);
  try {
    await all(workers.map((worker) => worker.started()));
    const [throttledBefore, machineBefore] = await Promise.all([readThrottling(), readCpuTimes()]);
    const cpu = process.cpuUsage();
    const start = performance.now();
    const unitMs = await all(workers.map((worker) => worker.ask('spin', seconds)));
    const wallSeconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const cpuSeconds = (user + system) / 1e6;
    const [throttledAfter, machineAfter] = await Promise.all([readThrottling(), readCpuTimes()]);
    const units = ascending(unitMs.flatMap((units) => Array.from(units)));
    return {
      threads,
      wallSeconds,
      cpuSeconds,
      unit: {
        fastestMs: units[0],
        p50Ms: quantile(units, 0.5),
        p99Ms: quantile(units, 0.99),
        worstMs: units[units.length - 1],
      },
      throttling: mostThrottled(throttledBefore, throttledAfter),
      machine: machineBefore &&
        machineAfter && {
          others: Math.max(0, (machineAfter.busy - machineBefore.busy - cpuSeconds) / wallSeconds),
          idle: (machineAfter.idle - machineBefore.idle) / wallSeconds,
          stolen: (machineAfter.steal - machineBefore.steal) / wallSeconds,
        },
      loadBefore,
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
  }
}

/** Returns what happened between two accounts to the group that was throttled most; undefined without groups. */
export function mostThrottled(
  before: ReadonlyMap<string, CpuThrottling>,
  after: ReadonlyMap<string, CpuThrottling>,
): SpeedProbe['throttling'] {
  const none: CpuThrottling = { periods: 0, throttledPeriods: 0, throttledSeconds: 0 };
  const differences = [...after].map(([source, now]) => {
    const then = before.get(source) ?? none;
    return {
      source,
      periods: now.periods - then.periods,
      throttledPeriods: now.throttledPeriods - then.throttledPeriods,
      throttledSeconds: now.throttledSeconds - then.throttledSeconds,
    };
  });
  return differences.sort((a, b) => b.throttledSeconds - a.throttledSeconds)[0];
}
