import { counted } from '../base/index.js';
import { planThreads } from '../engine/index.js';
import { cpuBudget, type HostFacts } from '../host/index.js';
import type { Finding } from './finding.js';

/**
 * Reports CPUs that may be used against those that are seen, where the difference comes from, and what octavec makes
 * of it.
 */
export function cpusFinding(host: HostFacts): Finding {
  const { machineCpus, visibleCpus, physicalCores, cpuQuota } = host;
  const budget = cpuBudget(host);
  const plan = planThreads(budget);
  const seen = [
    `${counted(machineCpus, 'CPU')} in the machine`,
    ...(visibleCpus < machineCpus ? [`${visibleCpus} of them may be used (affinity, cpuset)`] : []),
    ...(physicalCores < visibleCpus ? [`on ${counted(physicalCores, 'physical core')}`] : []),
    cpuQuota === undefined
      ? 'no quota'
      : `a quota of ${Number(cpuQuota.value.toFixed(2))} CPUs' worth of time (${cpuQuota.source})`,
  ].join(', ');
  const makes = `octavec runs ${counted(plan.workers, 'worker')} of ${counted(plan.threads, 'thread')}`;
  const isTight = cpuQuota !== undefined && cpuQuota.value < 1;
  const hidden =
    cpuQuota !== undefined && cpuQuota.value < visibleCpus
      ? ` Programs that ask the system see ${visibleCpus} CPUs and start as many threads.`
      : '';
  return {
    id: 'cpus',
    status: isTight ? 'warning' : 'ok',
    found: `${seen}; ${makes}.${hidden}`,
    advice: isTight
      ? 'With less than one CPU a single thread is stopped in every period: octavec paces its work evenly, but texts take longer. Grant one CPU or more.'
      : undefined,
    figures: { machineCpus, visibleCpus, physicalCores, quota: cpuQuota, ...plan },
  };
}
