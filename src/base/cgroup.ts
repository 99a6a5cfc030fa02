import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * What control groups allow this process: containers and batch systems limit CPU time and memory there, and neither
 * `os.availableParallelism()` (Node 20) nor `os.totalmem()` sees it. Version 1 and 2, also side by side. A limit may be
 * set on any level, so every level up to the root is read, and the smallest one counts.
 * Source: https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/scheduler/sched-bwc.html
 */
export interface CgroupLimits {
  /** CPUs' worth of time; undefined without a quota. */
  readonly cpu?: CgroupLimit;
  /** Bytes of memory; undefined without a limit. */
  readonly memory?: CgroupLimit;
}

export interface CgroupLimit {
  readonly value: number;
  /** The file that says so. */
  readonly source: string;
}

/** Version 1 writes "no limit" as the largest multiple of a page that 64 bits hold. */
const unlimitedBytes = 2 ** 60;

/** @param root where the file system begins; for tests */
export async function readCgroupLimits(root = '/'): Promise<CgroupLimits> {
  const [groups, mounts] = await Promise.all([
    readText(join(root, 'proc/self/cgroup')),
    readText(join(root, 'proc/self/mountinfo')),
  ]);
  if (groups === undefined || mounts === undefined) {
    return {};
  }
  const hierarchies = parseHierarchies(groups, mounts);
  const [cpu, memory] = await Promise.all([
    smallest(root, hierarchies, 'cpu', readCpuQuota),
    smallest(root, hierarchies, 'memory', readMemoryLimit),
  ]);
  return { cpu, memory };
}

/** A mounted hierarchy of groups, and the folders from this process's group up to the root. */
interface Hierarchy {
  /** 'cpu', 'memory', … for version 1; undefined for version 2, which has them all. */
  readonly controllers?: readonly string[];
  readonly folders: readonly string[];
}

function parseHierarchies(groups: string, mounts: string): readonly Hierarchy[] {
  const pathOf = new Map<string, string>();
  for (const line of groups.split('\n')) {
    // 4:cpu,cpuacct:/docker/abc; 0::/user.slice for version 2
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    for (const controller of match?.[1].split(',') ?? []) {
      pathOf.set(controller, match?.[2] ?? '/');
    }
  }
  return mounts.split('\n').flatMap((line): Hierarchy[] => {
    // 32 31 0:29 /docker/abc /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
    const [before, after] = line.split(' - ').map((part) => part.split(' '));
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

/** The folders of a group and of those above it, as far as they are visible. */
function foldersUp(mountPoint: string, mountRoot: string, group: string): string[] {
  const below = relative(mountRoot, group);
  // In a container the group may be named from outside of what is mounted.
  const parts = below === '' || below.startsWith('..') ? [] : below.split('/');
  return Array.from({ length: parts.length + 1 }, (_, i) => join(mountPoint, ...parts.slice(0, parts.length - i)));
}

async function smallest(
  root: string,
  hierarchies: readonly Hierarchy[],
  controller: string,
  read: (root: string, folder: string) => Promise<CgroupLimit | undefined>,
): Promise<CgroupLimit | undefined> {
  const folders = hierarchies
    .filter(({ controllers }) => controllers === undefined || controllers.includes(controller))
    .flatMap((hierarchy) => hierarchy.folders);
  const limits = await Promise.all(folders.map((folder) => read(root, folder)));
  return limits.reduce((least, limit) => (limit && (!least || limit.value < least.value) ? limit : least), undefined);
}

async function readCpuQuota(root: string, folder: string): Promise<CgroupLimit | undefined> {
  const second = await readText(join(root, folder, 'cpu.max'));
  if (second !== undefined) {
    return quota(...(second.trim().split(' ') as [string, string?]), join(folder, 'cpu.max'));
  }
  const [allowed, period] = await Promise.all([
    readText(join(root, folder, 'cpu.cfs_quota_us')),
    readText(join(root, folder, 'cpu.cfs_period_us')),
  ]);
  return allowed === undefined ? undefined : quota(allowed, period, join(folder, 'cpu.cfs_quota_us'));
}

/** "max" and -1 mean that there is none. */
function quota(allowed: string, period: string | undefined, source: string): CgroupLimit | undefined {
  const value = Number(allowed) / Number(period ?? 100_000);
  return value > 0 ? { value, source } : undefined;
}

async function readMemoryLimit(root: string, folder: string): Promise<CgroupLimit | undefined> {
  for (const name of ['memory.max', 'memory.limit_in_bytes']) {
    const text = await readText(join(root, folder, name));
    if (text !== undefined) {
      const value = Number(text);
      return value < unlimitedBytes ? { value, source: join(folder, name) } : undefined;
    }
  }
  return undefined;
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
