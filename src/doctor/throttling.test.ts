import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../host/index.js';
import type { SpeedProbe } from './speed-probe.js';
import { brakesOf, throttlingFinding } from './throttling.js';

const unit = { fastestMs: 0.5, p50Ms: 0.5, p99Ms: 0.6, worstMs: 0.9 };

/** Threads that got all they wanted on a machine of two idle CPUs, but for what is said. */
function probe(changes: Partial<SpeedProbe> = {}): SpeedProbe {
  const { threads = 1 } = changes;
  return {
    threads,
    wallSeconds: 1.5,
    cpuSeconds: 1.5 * threads,
    unit,
    throttling: { source: 'cpu.stat', periods: 15, throttledPeriods: 0, throttledSeconds: 0 },
    machine: { others: 0.02, idle: 2 - threads, stolen: 0 },
    loadBefore: 0.1,
    ...changes,
  };
}

function host(quota?: number): HostFacts {
  return {
    platform: 'linux-x64',
    cpuModel: 'test',
    cpuFlags: [],
    machineCpus: 2,
    visibleCpus: 2,
    physicalCores: 2,
    memoryBytes: 8e9,
    cpuQuota: quota === undefined ? undefined : { value: quota, source: '/sys/fs/cgroup/cpu.max' },
  };
}

/** As measured under a real quota. */
const throttled = (quota: number, periods = 15) =>
  probe({
    cpuSeconds: 1.5 * quota,
    unit: { ...unit, worstMs: 100 * (1 - quota) },
    throttling: { source: 'cpu.stat', periods, throttledPeriods: periods, throttledSeconds: 1.5 * (1 - quota) },
    machine: { others: 0, idle: 2 - quota, stolen: 0 },
  });

describe('brakesOf', () => {
  test('nothing holds back who gets what he wants', () => {
    expect(brakesOf(probe())).toEqual([]);
    expect(brakesOf(probe({ threads: 2, cpuSeconds: 2.8 }))).toEqual([]);
  });

  test('a quota, its size known or not', () => {
    for (const quota of [0.1, 0.5]) {
      expect(brakesOf(throttled(quota), quota)).toEqual(['quota']);
      expect(brakesOf(throttled(quota))).toEqual(['quota']);
    }
  });

  test('a quota that is used up explains what neighbours only seem to take', () => {
    const busy = { ...throttled(0.5), machine: { others: 1.5, idle: 0, stolen: 0 } };
    expect(brakesOf(busy, 0.5)).toEqual(['quota']);
    expect(brakesOf({ ...busy, cpuSeconds: 0.3 }, 0.5)).toEqual(['quota', 'neighbours']);
  });

  test('neighbours', () => {
    const machine = { others: 1.55, idle: 0, stolen: 0 };
    expect(brakesOf(probe({ threads: 2, cpuSeconds: 0.7, machine }))).toEqual(['neighbours']);
  });

  test('the host of a virtual machine', () => {
    const machine = { others: 0.1, idle: 0, stolen: 0.9 };
    expect(brakesOf(probe({ threads: 2, cpuSeconds: 1.4, machine }))).toEqual(['stolen', 'neighbours']);
  });

  test('a limit that leaves no trace', () => {
    expect(brakesOf(probe({ cpuSeconds: 0.3 }))).toEqual(['unseen']);
    expect(brakesOf(probe({ cpuSeconds: 0.3, throttling: undefined, machine: undefined }))).toEqual(['unseen']);
  });
});

describe('throttlingFinding', () => {
  test('names a throttled host with its figures, and what to do', () => {
    const { status, found, advice, essential } = throttlingFinding(throttled(0.1), host(0.1));
    expect(status).toBe('problem');
    expect(essential).toBeUndefined();
    expect(found).toMatch(/^Throttled by a CPU quota: a thread .* got 0\.15 s of CPU time, 10 %/);
    expect(found).toContain('Work takes 10.0 times as long');
    expect(found).toContain('a piece of 0.5 ms took up to 90 ms');
    expect(found).toContain('The quota of 0.1 CPUs was used up in 15 of 15 periods (cpu.stat)');
    expect(advice).toContain('docker run --cpus');
  });

  test('half a CPU is a warning, a free machine is none', () => {
    expect(throttlingFinding(throttled(0.5), host(0.5)).status).toBe('warning');
    expect(throttlingFinding(probe(), host())).toMatchObject({ status: 'ok', found: /^Not throttled/ });
  });

  test('does not advise to buy CPUs because of neighbours', () => {
    const machine = { others: 1.55, idle: 0, stolen: 0 };
    const { found, advice } = throttlingFinding(probe({ threads: 2, cpuSeconds: 0.7, machine }), host());
    expect(found).toMatch(/^Slowed by other programs.*Other programs used 1\.55 CPUs/);
    expect(advice).not.toContain('docker');
  });
});
