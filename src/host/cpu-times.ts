import { readFile } from 'node:fs/promises';

/** How the CPUs have spent their time since the machine was started, in seconds summed over CPUs. */
export interface CpuTimes {
  /** Running something, of whatever process. */
  readonly busy: number;
  readonly idle: number;
  /** A CPU of this virtual machine was ready to run, and its host ran something else. */
  readonly steal: number;
}

/** The kernel counts in ticks of USER_HZ, which is 100 on every platform that Node runs on. */
const ticksPerSecond = 100;

/**
 * Reads CPU times.
 *
 * @param text /proc/stat
 * @param cpus numbers of the CPUs that count; all, if none of them is there
 * @returns undefined for a text without such lines
 */
export function parseCpuTimes(text: string, cpus: readonly number[]): CpuTimes | undefined {
  const lines = cpus.flatMap((cpu) => new RegExp(`^cpu${cpu} (.*)$`, 'm').exec(text)?.[1] ?? []);
  const total = /^cpu +(.*)$/m.exec(text)?.[1];
  const counted = lines.length > 0 ? lines : total === undefined ? [] : [total];
  if (counted.length === 0) {
    return undefined;
  }
  const sums = { busy: 0, idle: 0, steal: 0 };
  for (const line of counted) {
    // Times of guests are in user and nice already.
    const [user, nice, system, idle, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
      .trim()
      .split(/\s+/)
      .map(Number);
    sums.busy += (user + nice + system + irq + softirq) / ticksPerSecond;
    sums.idle += (idle + iowait) / ticksPerSecond;
    sums.steal += steal / ticksPerSecond;
  }
  return sums;
}

/** Reads the times of the CPUs that this process may run on; undefined where the system does not tell. */
export async function readCpuTimes(): Promise<CpuTimes | undefined> {
  const [text, status] = await Promise.all(
    ['/proc/stat', '/proc/self/status'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return parseCpuTimes(text, allowedCpus(status) ?? []);
}

/**
 * Reads the numbers of the CPUs that a process may run on.
 *
 * @param status /proc/self/status
 */
export function allowedCpus(status: string): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  return list === undefined ? undefined : parseCpuList(list);
}

/** Reads a list of CPUs: "0-2,5" → [0, 1, 2, 5]. */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
