import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { type CgroupLimit, readCgroupLimits } from './cgroup.js';
import { allowedCpus } from './cpu-times.js';

/** What this process may use of the machine. */
export interface HostFacts {
  /** "linux-x64" */
  readonly platform: string;
  /** "AMD EPYC 9354P" */
  readonly cpuModel: string;
  /** What the CPU can do, in the words of /proc/cpuinfo ("avx512_vnni"); empty on other systems. */
  readonly cpuFlags: readonly string[];
  /** Logical CPUs of the machine. */
  readonly machineCpus: number;
  /** Logical CPUs that the process may run on (its affinity). */
  readonly visibleCpus: number;
  /** Physical cores among them: two threads of one core share its arithmetic units. */
  readonly physicalCores: number;
  /** How the CPUs' clocks are governed; undefined where the system does not tell, as in most virtual machines. */
  readonly governor?: Governor;
  /** CPUs' worth of time that a cgroup grants. */
  readonly cpuQuota?: CgroupLimit;
  readonly memoryBytes: number;
  /** Bytes that a cgroup grants. */
  readonly memoryLimit?: CgroupLimit;
}

/**
 * Reads what there is to know of this machine.
 *
 * @param root where /proc and /sys lie; for tests
 */
export async function readHostFacts(root = '/'): Promise<HostFacts> {
  const [limits, info, physicalCores, governor] = await Promise.all([
    readCgroupLimits(root),
    readFile(join(root, 'proc/cpuinfo'), 'utf8').catch(() => ''),
    countPhysicalCores(root),
    readGovernor(root),
  ]);
  const visibleCpus = availableParallelism();
  return {
    platform: `${platform()}-${arch()}`,
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    // "flags" on x86, "Features" on ARM
    cpuFlags: /^(?:flags|Features)\s*:\s*(.*)$/m.exec(info)?.[1].trim().split(/\s+/) ?? [],
    machineCpus: Math.max(cpus().length, visibleCpus),
    visibleCpus,
    physicalCores: Math.min(physicalCores ?? visibleCpus, visibleCpus),
    governor,
    cpuQuota: limits.cpu,
    memoryBytes: totalmem(),
    memoryLimit: limits.memory,
  };
}

export interface Governor {
  /** "performance", "powersave", "schedutil" */
  readonly name: string;
  /** "intel_pstate", "acpi-cpufreq" */
  readonly driver: string;
}

/** Reads the frequency governor of the first CPU; nearly everywhere all CPUs have the same one. */
async function readGovernor(root: string): Promise<Governor | undefined> {
  const [name, driver] = await Promise.all(
    ['scaling_governor', 'scaling_driver'].map((file) =>
      readFile(join(root, 'sys/devices/system/cpu/cpu0/cpufreq', file), 'utf8').catch(() => ''),
    ),
  );
  return name === '' ? undefined : { name: name.trim(), driver: driver.trim() || 'unknown' };
}

export interface CpuBudget {
  /** Threads that may run at the same time: at least 1. */
  readonly threads: number;
  /** "2 physical cores, cgroup quota 1.5" */
  readonly reason: string;
}

/** Returns how many threads may calculate at the same time without getting in each other's way. */
export function cpuBudget({ physicalCores, visibleCpus, cpuQuota }: HostFacts): CpuBudget {
  const cores = `${physicalCores} physical core${physicalCores === 1 ? '' : 's'}`;
  const among = visibleCpus > physicalCores ? ` of ${visibleCpus} CPUs` : '';
  const quota = cpuQuota === undefined ? 'no cgroup quota' : `cgroup quota ${cpuQuota.value.toFixed(1)}`;
  const granted = Math.min(physicalCores, cpuQuota?.value ?? Number.POSITIVE_INFINITY);
  return { threads: Math.max(1, Math.floor(granted)), reason: `${cores}${among}, ${quota}` };
}

/** Returns how many bytes this process may take in all. */
export function memoryBudget({ memoryBytes, memoryLimit }: HostFacts): number {
  return Math.min(memoryBytes, memoryLimit?.value ?? Number.POSITIVE_INFINITY);
}

/** Counts the physical cores among the CPUs of the affinity. Returns undefined where the system does not tell. */
async function countPhysicalCores(root: string): Promise<number | undefined> {
  const allowed = allowedCpus(await readFile(join(root, 'proc/self/status'), 'utf8').catch(() => ''));
  if (allowed === undefined) {
    return undefined;
  }
  const siblings = await Promise.all(
    allowed.map((cpu) =>
      readFile(join(root, `sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`), 'utf8').catch(() => ''),
    ),
  );
  const cores = new Set(siblings.filter((list) => list !== ''));
  return cores.size > 0 ? cores.size : undefined;
}
