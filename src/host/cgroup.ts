import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CgroupHierarchy,
  type CpuThrottling,
  parseCfsQuota,
  parseCpuMax,
  parseHierarchies,
  parseMemoryLimit,
  parseThrottling,
} from './cgroup-files.js';

/**
 * What control groups allow this process: containers and batch systems limit CPU time and memory there, and neither
 * `os.availableParallelism()` (Node 20) nor `os.totalmem()` sees it. Version 1 and 2, also side by side. A limit may be
 * set on any level, so every level up to the root is read, and the smallest one counts.
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

/**
 * Reads the CPU quota and the memory limit of the control groups of this process.
 *
 * @param root where the file system begins; for tests
 */
export async function readCgroupLimits(root = '/'): Promise<CgroupLimits> {
  const hierarchies = await readHierarchies(root);
  const [cpu, memory] = await Promise.all([
    smallest(root, cgroupFolders(hierarchies, 'cpu'), readCpuQuota),
    smallest(root, cgroupFolders(hierarchies, 'memory'), readMemoryLimit),
  ]);
  return { cpu, memory };
}

/** Reads the throttling that each level of this process's groups has seen so far, by the file that says so. */
export async function readThrottling(): Promise<ReadonlyMap<string, CpuThrottling>> {
  const folders = cgroupFolders(await readHierarchies(), 'cpu');
  const found = new Map<string, CpuThrottling>();
  for (const folder of folders) {
    const text = await readText(join('/', folder, 'cpu.stat'));
    const throttling = text === undefined ? undefined : parseThrottling(text);
    if (throttling !== undefined) {
      found.set(join(folder, 'cpu.stat'), throttling);
    }
  }
  return found;
}

/**
 * Reads how many bytes the group with the memory limit may still take, its page cache counted as free; undefined
 * without a limit.
 */
export async function readGroupMemoryLeft(): Promise<number | undefined> {
  const { memory } = await readCgroupLimits();
  if (memory === undefined) {
    return undefined;
  }
  const folder = join('/', memory.source, '..');
  const used =
    (await readText(join(folder, 'memory.current'))) ?? (await readText(join(folder, 'memory.usage_in_bytes')));
  const stat = (await readText(join(folder, 'memory.stat'))) ?? '';
  const cache = Number(/^(?:total_)?inactive_file (\d+)$/m.exec(stat)?.[1] ?? 0);
  return used === undefined ? memory.value : Math.max(0, memory.value - Math.max(0, Number(used) - cache));
}

/** Reads the control groups that the process is in. */
export async function readHierarchies(root = '/'): Promise<readonly CgroupHierarchy[]> {
  const [groups, mounts] = await Promise.all([
    readText(join(root, 'proc/self/cgroup')),
    readText(join(root, 'proc/self/mountinfo')),
  ]);
  return groups === undefined || mounts === undefined ? [] : parseHierarchies(groups, mounts);
}

/** Lists the folders that may set a limit, this process's own first. */
export function cgroupFolders(hierarchies: readonly CgroupHierarchy[], controller: string): string[] {
  return hierarchies
    .filter(({ controllers }) => controllers === undefined || controllers.includes(controller))
    .flatMap(({ folders }) => folders);
}

async function smallest(
  root: string,
  folders: readonly string[],
  read: (root: string, folder: string) => Promise<CgroupLimit | undefined>,
): Promise<CgroupLimit | undefined> {
  const limits = await Promise.all(folders.map((folder) => read(root, folder)));
  return limits.reduce((least, limit) => (limit && (!least || limit.value < least.value) ? limit : least), undefined);
}

async function readCpuQuota(root: string, folder: string): Promise<CgroupLimit | undefined> {
  const second = await readText(join(root, folder, 'cpu.max'));
  if (second !== undefined) {
    return limit(parseCpuMax(second), join(folder, 'cpu.max'));
  }
  const [allowed, period] = await Promise.all([
    readText(join(root, folder, 'cpu.cfs_quota_us')),
    readText(join(root, folder, 'cpu.cfs_period_us')),
  ]);
  return allowed === undefined ? undefined : limit(parseCfsQuota(allowed, period), join(folder, 'cpu.cfs_quota_us'));
}

async function readMemoryLimit(root: string, folder: string): Promise<CgroupLimit | undefined> {
  for (const name of ['memory.max', 'memory.limit_in_bytes']) {
    const text = await readText(join(root, folder, name));
    if (text !== undefined) {
      return limit(parseMemoryLimit(text), join(folder, name));
    }
  }
  return undefined;
}

function limit(value: number | undefined, source: string): CgroupLimit | undefined {
  return value === undefined ? undefined : { value, source };
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
