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

describe('what is told of a slow machine', () => {
  const told = (changes: Partial<SpeedProbe>, quota?: number) => throttlingFinding(probe(changes), host(quota));

  test.each([
    ['just enough', 0.9, []],
    ['just too little', 0.899, ['unseen']],
  ])('%s: nine tenths of the time', (_, share, brakes) => {
    const machine = { others: 0, idle: 1, stolen: 0 };
    expect(brakesOf(probe({ cpuSeconds: 1.5 * share, machine }))).toEqual(brakes);
  });

  test.each([
    [0.4, 'warning'],
    [0.39, 'problem'],
  ])('a share of %f is a %s', (share, status) => {
    expect(told({ cpuSeconds: 1.5 * share, machine: undefined }).status).toBe(status);
  });

  test('the strongest cause stands first, and its advice too', () => {
    const machine = { others: 0.2, idle: 0, stolen: 0.6 };
    const { found, advice, figures } = told({ cpuSeconds: 0.3, machine });
    expect(figures).toMatchObject({ brakes: ['stolen', 'neighbours'] });
    expect(found).toMatch(
      /^Slowed by the host of this virtual machine: a thread that calculated for 1\.5 s got 0\.30 s/,
    );
    expect(found).toContain('20 % of what was asked for. Work takes 5.0 times as long');
    expect(found.indexOf('0.6 CPUs')).toBeLessThan(found.indexOf('0.2 CPUs'));
    expect(advice).toMatch(/^Nothing in this machine.*Stop what else runs here/);
  });

  test('others take nothing from a thread while a CPU is idle', () => {
    const machine = { others: 1.5, idle: 0.4, stolen: 0 };
    expect(brakesOf(probe({ cpuSeconds: 0.9, machine }))).toEqual(['unseen']);
    expect(brakesOf(probe({ cpuSeconds: 0.9, machine: { ...machine, idle: 0.1 } }))).toEqual(['neighbours']);
  });

  test('a quota that no period reached is not to blame', () => {
    const { figures, advice } = told({ cpuSeconds: 0.6, machine: { others: 0, idle: 1, stolen: 0 } }, 0.5);
    expect(figures).toMatchObject({ brakes: ['unseen'] });
    expect(advice).toContain('gVisor');
  });

  test('without accounts of groups and of the machine the cause is unseen', () => {
    const { found } = told({ cpuSeconds: 0.1, throttling: undefined, machine: undefined });
    expect(found).toContain('No quota, no steal and no other program explains it.');
    expect(found).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('more CPU time than was asked for, as clocks of two kinds may give it, is all of it', () => {
    const { status, found } = told({ cpuSeconds: 1.6 });
    expect(status).toBe('ok');
    expect(found).toContain('100 % of what was asked for');
    expect(told({ threads: 2 }).found).toContain('2 threads that calculated for 1.5 s got 3.00 s');
  });

  test('a quota of a part of a CPU has its size, and one of several no word of waiting', () => {
    const half = throttlingFinding(throttled(1 / 3), host(1 / 3));
    expect(half.found).toContain('The quota of 0.33 CPUs was used up in 15 of 15 periods (cpu.stat).');
    expect(half.advice).toContain('below one CPU every text waits');
    const two = told(
      { threads: 4, cpuSeconds: 3, throttling: { source: 's', periods: 9, throttledPeriods: 9, throttledSeconds: 3 } },
      2,
    );
    expect(two.found).toMatch(/^Throttled by a CPU quota: 4 threads/);
    expect(two.advice).not.toContain('below one CPU');
    const unknown = told({
      cpuSeconds: 0.5,
      throttling: { source: 's', periods: 9, throttledPeriods: 9, throttledSeconds: 1 },
    });
    expect(unknown.found).toContain('The quota was used up in 9 of 9 periods (s).');
  });
});
