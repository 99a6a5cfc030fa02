import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { OctavecError } from '../base/index.js';
import { type CpuThrottling, cgroupFolders, parseThrottling, readHierarchies } from '../host/index.js';

/** A control group with a CPU quota, made for a measurement. */
export interface CpuGroup {
  /** Puts a process into the group, with all that it starts. */
  add(pid: number): void;
  throttling(): CpuThrottling | undefined;
  /** Removes the group. Its processes must have ended. */
  remove(): Promise<void>;
}

const periodMicroseconds = 100_000;

/**
 * Makes a control group, version 1 or 2, within the one of this process or as near to it as the system allows.
 *
 * @param cpus CPUs' worth of time
 * @throws USAGE where this process may not make one
 */
export async function makeCpuGroup(cpus: number): Promise<CpuGroup> {
  if (!(cpus >= 0.01 && cpus <= 1024)) {
    throw new OctavecError('USAGE', { problem: `A limit of ${cpus} CPUs was asked for; it must be from 0.01 to 1024` });
  }
  const parents = cgroupFolders(await readHierarchies(), 'cpu');
  for (const [i, parent] of parents.entries()) {
    const path = join(parent, `octavec-bench-${process.pid}-${i}`);
    if (tryMake(parent, path, cpus)) {
      return {
        add: (pid) => writeFileSync(join(path, 'cgroup.procs'), `${pid}`),
        throttling: () => parseThrottling(readFileSync(join(path, 'cpu.stat'), 'utf8')),
        remove: () => removeGroup(path),
      };
    }
  }
  throw new OctavecError('USAGE', {
    problem: `This process may not make a control group with a limit of ${cpus} CPUs`,
    hint: `Set the limit from outside: "docker run --cpus ${cpus} …", or "systemd-run --user --scope -p CPUQuota=${Math.round(100 * cpus)}% octavec bench …".`,
  });
}

function tryMake(parent: string, path: string, cpus: number): boolean {
  try {
    mkdirSync(path);
  } catch {
    return false;
  }
  try {
    const quota = Math.round(cpus * periodMicroseconds);
    if (hasFile(path, 'cpu.cfs_quota_us')) {
      writeFileSync(join(path, 'cpu.cfs_period_us'), `${periodMicroseconds}`);
      writeFileSync(join(path, 'cpu.cfs_quota_us'), `${quota}`);
    } else {
      if (!hasFile(path, 'cpu.max')) {
        writeFileSync(join(parent, 'cgroup.subtree_control'), '+cpu');
      }
      writeFileSync(join(path, 'cpu.max'), `${quota} ${periodMicroseconds}`);
    }
    return true;
  } catch {
    rmdirSync(path);
    return false;
  }
}

function hasFile(folder: string, name: string): boolean {
  try {
    readFileSync(join(folder, name));
    return true;
  } catch {
    return false;
  }
}

/** Removes the folder of a group, to which a process that has just ended may still belong. */
async function removeGroup(path: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      rmdirSync(path);
      return;
    } catch {
      await setTimeout(50);
    }
  }
}
