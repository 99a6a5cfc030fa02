import { join, relative } from 'node:path/posix';

/**
 * What the files of control groups say, version 1 and 2, as pure functions of their text.
 * Source: https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/scheduler/sched-bwc.html
 */

/** A mounted hierarchy of groups, and the folders from this process's group up to the root. */
export interface CgroupHierarchy {
  /** 'cpu', 'memory', … for version 1; undefined for version 2, which has them all. */
  readonly controllers?: readonly string[];
  /** The process's own group first. */
  readonly folders: readonly string[];
}

/** How often a quota stopped the processes of a group, since the group was made. */
export interface CpuThrottling {
  /** Periods (of 0.1 s, mostly) in which something wanted to run. */
  readonly periods: number;
  /** Those of them in which the quota was used up. */
  readonly throttledPeriods: number;
  /** Time that was waited for the next period, summed over the CPUs that waited. */
  readonly throttledSeconds: number;
}

/** Version 1 writes "no limit" as the largest multiple of a page that 64 bits hold. */
const unlimitedBytes = 2 ** 60;

/**
 * Reads which control groups a process is in, and where they are mounted.
 *
 * @param groups /proc/self/cgroup
 * @param mounts /proc/self/mountinfo
 */
export function parseHierarchies(groups: string, mounts: string): readonly CgroupHierarchy[] {
  const pathOf = new Map<string, string>();
  for (const line of groups.split('\n')) {
    // 4:cpu,cpuacct:/docker/abc; 0::/user.slice for version 2
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    for (const controller of match?.[1].split(',') ?? []) {
      pathOf.set(controller, match?.[2] ?? '/');
    }
  }
  return mounts.split('\n').flatMap((line): CgroupHierarchy[] => {
    // 32 31 0:29 /docker/abc /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
    const [before, after] = line.split(' - ').map((part) => part.split(' ').map(unescaped));
    const [, , , mountRoot, mountPoint] = before;
    if (after?.[0] === 'cgroup2') {
      return [{ folders: foldersUp(mountPoint, mountRoot, pathOf.get('') ?? '/') }];
    }
    const controllers = after?.[0] === 'cgroup' ? (after[2]?.split(',') ?? []) : [];
    const known = controllers.filter((controller) => pathOf.has(controller));
    return known.length === 0
      ? []
      : [{ controllers: known, folders: foldersUp(mountPoint, mountRoot, pathOf.get(known[0]) ?? '/') }];
  });
}

/** Restores the spaces of a field, which mountinfo writes as "\040". */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Lists the folders of a group and of its parents, as far as they are visible. */
function foldersUp(mountPoint: string, mountRoot: string, group: string): string[] {
  const below = relative(mountRoot, group);
  // In a container the group may be named from outside of what is mounted.
  const parts = below === '' || below.startsWith('..') ? [] : below.split('/');
  return Array.from({ length: parts.length + 1 }, (_, i) => join(mountPoint, ...parts.slice(0, parts.length - i)));
}

/** Reads CPUs' worth of time in `cpu.max` of version 2 ("50000 100000"); undefined for "max", no quota. */
export function parseCpuMax(text: string): number | undefined {
  const [allowed, period] = text.trim().split(/\s+/);
  return parseCfsQuota(allowed, period);
}

/** Reads CPUs' worth of time in `cpu.cfs_quota_us` and `cpu.cfs_period_us` of version 1; undefined for -1, no quota. */
export function parseCfsQuota(allowed: string, period = '100000'): number | undefined {
  const value = Number(allowed) / Number(period);
  return value > 0 ? value : undefined;
}

/** Reads bytes in `memory.max` or `memory.limit_in_bytes`; undefined without a limit. */
export function parseMemoryLimit(text: string): number | undefined {
  const value = Number(text);
  return value < unlimitedBytes ? value : undefined;
}

/** Reads `cpu.stat` of either version; undefined where it does not speak of throttling, as that of a root does not. */
export function parseThrottling(text: string): CpuThrottling | undefined {
  const counts = new Map(text.split('\n').map((line) => [line.split(' ')[0], Number(line.split(' ')[1])] as const));
  const periods = counts.get('nr_periods');
  if (periods === undefined) {
    return undefined;
  }
  // Microseconds in version 2, nanoseconds in version 1.
  const microseconds = counts.get('throttled_usec') ?? (counts.get('throttled_time') ?? 0) / 1000;
  return { periods, throttledPeriods: counts.get('nr_throttled') ?? 0, throttledSeconds: microseconds / 1e6 };
}
