import { makeCpuGroup } from '../../src/benchmark/cpu-group.js';

/** Whether this process may make control groups with a CPU quota. */
export async function mayLimitCpus(): Promise<boolean> {
  try {
    await (await makeCpuGroup(1)).remove();
    return true;
  } catch {
    return false;
  }
}
