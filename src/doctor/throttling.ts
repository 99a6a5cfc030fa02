import type { HostFacts } from '../host/index.js';
import type { Finding } from './finding.js';
import type { SpeedProbe } from './speed-probe.js';

/** What takes CPU time away from threads that want it. */
export type Brake = 'quota' | 'stolen' | 'neighbours' | 'unseen';

/** Threads that get less than this share of the time are held back by something. */
const freeShare = 0.9;
/** Less than this is no way to run a model. */
const badShare = 0.4;
/** CPUs' worth of time that is worth a word. */
const notable = 0.08;

/**
 * Returns what holds the threads back, the strongest first; nothing if they got what they wanted.
 *
 * @param quota CPUs' worth of time that a control group grants
 */
export function brakesOf(probe: SpeedProbe, quota?: number): Brake[] {
  const { threads, cpuSeconds, wallSeconds, throttling, machine } = probe;
  const got = cpuSeconds / wallSeconds;
  if (got >= freeShare * threads) {
    return [];
  }
  const { throttledPeriods = 0, throttledSeconds = 0 } = throttling ?? {};
  // Of a quota whose size is not known, the time that was waited for tells it.
  const granted = throttledPeriods === 0 ? threads : (quota ?? threads - throttledSeconds / wallSeconds);
  const byQuota = Math.max(0, threads - granted);
  const missing = Math.min(threads, granted) - got;
  const found: [Brake, number][] = [['quota', byQuota]];
  if (machine !== undefined && missing > (1 - freeShare) * Math.min(threads, granted)) {
    found.push(['stolen', Math.min(machine.stolen, missing)]);
    // Others take time away only where hardly anything is idle.
    found.push(['neighbours', machine.idle < 0.5 * missing ? Math.min(machine.others, missing) : 0]);
  }
  const explained = found.filter(([, cpus]) => cpus > notable).sort((a, b) => b[1] - a[1]);
  return explained.length === 0 ? ['unseen'] : explained.map(([brake]) => brake);
}

/** Reports the CPU time that threads got, and what to do if it was little. */
export function throttlingFinding(probe: SpeedProbe, host: HostFacts): Finding {
  const { threads, cpuSeconds, wallSeconds, unit } = probe;
  const share = cpuSeconds / (wallSeconds * threads);
  const brakes = brakesOf(probe, host.cpuQuota?.value);
  const figures = { ...probe, share, brakes };
  const who = threads === 1 ? 'a thread' : `${threads} threads`;
  const got = `${who} that calculated for ${wallSeconds.toFixed(1)} s got ${cpuSeconds.toFixed(2)} s of CPU time, ${percent(share)} of what was asked for`;
  if (brakes.length === 0) {
    return { id: 'throttling', status: 'ok', found: `Not throttled: ${got}.`, figures };
  }
  const slower = `Work takes ${(1 / share).toFixed(1)} times as long as it should; a piece of ${unit.fastestMs.toFixed(1)} ms took up to ${unit.worstMs.toFixed(0)} ms`;
  const causes = brakes.map((brake) => reasons[brake](probe, host));
  return {
    id: 'throttling',
    status: share < badShare ? 'problem' : 'warning',
    found: `${capital(names[brakes[0]])}: ${got}. ${slower}. ${causes.map(({ why }) => why).join(' ')}`,
    advice: causes.map(({ advice }) => advice).join(' '),
    figures,
  };
}

const names: Readonly<Record<Brake, string>> = {
  quota: 'throttled by a CPU quota',
  stolen: 'slowed by the host of this virtual machine',
  neighbours: 'slowed by other programs',
  unseen: 'slowed by something that cannot be seen from here',
};

interface Cause {
  readonly why: string;
  readonly advice: string;
}

const reasons: Readonly<Record<Brake, (probe: SpeedProbe, host: HostFacts) => Cause>> = {
  quota: ({ throttling }, { cpuQuota }) => {
    const { throttledPeriods = 0, periods = 0, source = '' } = throttling ?? {};
    const quota = cpuQuota === undefined ? 'The quota' : `The quota of ${short(cpuQuota.value)} CPUs`;
    return {
      why: `${quota} was used up in ${throttledPeriods} of ${periods} periods (${source}).`,
      advice: `Grant more CPU time (docker run --cpus, resources.limits.cpu in Kubernetes, CPUQuota= of systemd, a larger plan of a cloud)${cpuQuota !== undefined && cpuQuota.value < 1 ? '; below one CPU every text waits' : ''}. Else take the smallest INT8 variant, and short texts.`,
    };
  },
  stolen: ({ machine }) => ({
    why: `The host gave ${short(machine?.stolen ?? 0)} CPUs' worth of this machine's time to others (steal in /proc/stat).`,
    advice:
      'Nothing in this machine can change that: move to dedicated CPUs, or wait until credits of a burstable instance are back.',
  }),
  neighbours: ({ machine, loadBefore }) => ({
    why: `Other programs used ${short(machine?.others ?? 0)} CPUs and none was idle; the load was ${loadBefore.toFixed(1)} over the minute before.`,
    advice: 'Stop what else runs here ("top" shows it), or give octavec fewer threads (--threads).',
  }),
  unseen: () => ({
    why: 'No quota, no steal and no other program explains it.',
    advice:
      'A sandbox (gVisor), a quota outside of this container, or a heavily shared host would look so. Compare with another machine, and give octavec as many threads as it really gets (--threads).',
  }),
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function percent(share: number): string {
  return `${Math.round(100 * Math.min(1, share))} %`;
}

function short(cpus: number): string {
  return String(Number(cpus.toFixed(2)));
}
