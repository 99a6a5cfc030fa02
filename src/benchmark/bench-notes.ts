import type { HostFacts } from '../host/index.js';
import type { BenchConditions, SubjectResult } from './benchmark-result.js';

/** Rounds that differ by more than this were not alone on the machine. */
const calmSpread = 1.25;

/** Returns what makes figures less sure, a sentence each. */
export function benchNotes(conditions: BenchConditions, results: readonly SubjectResult[]): string[] {
  const { host, loadBefore, stolenShare = 0, throttledSeconds = 0, cpuLimit } = conditions;
  const notes: string[] = [];
  if (loadBefore > 0.25 * host.visibleCpus) {
    notes.push(
      `Other programs may have run: the load was ${loadBefore.toFixed(1)} on ${host.visibleCpus} CPUs before anything was measured.`,
    );
  }
  if (stolenShare > 0.02) {
    notes.push(`The host of this virtual machine took ${percent(stolenShare)} of the CPU time for others.`);
  }
  if (throttledSeconds > 0.1) {
    const whose = cpuLimit === undefined ? 'a CPU quota' : `the limit of ${cpuLimit} CPUs`;
    notes.push(`Programs stood still for ${throttledSeconds.toFixed(1)} s because of ${whose}.`);
  }
  if (slowGovernor(host)) {
    notes.push(`The CPU governor is "${host.governor?.name}": clocks may be low. Set it to "performance" to measure.`);
  }
  const restless = results.filter(({ mixed: { perSecond } }) => perSecond.high > calmSpread * perSecond.low);
  if (restless.length > 0) {
    const { name, mixed } = restless[0];
    const { low, high } = mixed.perSecond;
    notes.push(
      `Rounds of the same work differ by up to ${percent(high / low - 1)} (${name}): compare medians, and measure again.`,
    );
  }
  return notes;
}

/** Tells whether clocks stay low by choice. The pstate drivers' "powersave" raises them under load. */
export function slowGovernor({ governor }: HostFacts): boolean {
  return governor?.name === 'powersave' && !/pstate/.test(governor.driver);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
