import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../host/index.js';
import { cpusFinding } from './cpus.js';
import { diagnose } from './diagnose.js';
import { memoryFinding } from './memory.js';
import { nodeFinding } from './native-modules.js';
import type { SpeedProbe } from './speed-probe.js';
import { brakesOf, throttlingFinding } from './throttling.js';

/** Machines of all sizes, with and without limits. */
const hosts = fc
  .record({
    machineCpus: fc.integer({ min: 1, max: 512 }),
    granted: fc.double({ min: 0.01, max: 1, noNaN: true }),
    perCore: fc.constantFrom(1, 2),
    quota: fc.option(fc.double({ min: 0.05, max: 64, noNaN: true }), { nil: undefined }),
  })
  .map(({ machineCpus, granted, perCore, quota }): HostFacts => {
    const visibleCpus = Math.max(1, Math.floor(machineCpus * granted));
    return {
      ...{ platform: 'linux-x64', cpuModel: 'any', cpuFlags: [], machineCpus, visibleCpus, memoryBytes: 8e9 },
      physicalCores: Math.max(1, Math.floor(visibleCpus / perCore)),
      ...(quota !== undefined && { cpuQuota: { value: quota, source: 'cpu.max' } }),
    };
  });

const probes = fc
  .record({
    threads: fc.integer({ min: 1, max: 64 }),
    share: fc.double({ min: 0.001, max: 1.05, noNaN: true }),
    throttledPeriods: fc.nat(15),
    throttledSeconds: fc.double({ min: 0, max: 60, noNaN: true }),
    others: fc.double({ min: 0, max: 64, noNaN: true }),
    idle: fc.double({ min: 0, max: 64, noNaN: true }),
    stolen: fc.double({ min: 0, max: 8, noNaN: true }),
    isTold: fc.boolean(),
  })
  .map(({ threads, share, throttledPeriods, throttledSeconds, others, idle, stolen, isTold }): SpeedProbe => {
    const unit = { fastestMs: 0.5, p50Ms: 0.5, p99Ms: 0.6, worstMs: 40 };
    return {
      ...{ threads, wallSeconds: 1.5, cpuSeconds: 1.5 * threads * share, unit, loadBefore: 1 },
      ...(isTold && {
        throttling: { source: 'cpu.stat', periods: 15, throttledPeriods, throttledSeconds },
        machine: { others, idle, stolen },
      }),
    };
  });

describe('whatever the machine is', () => {
  test('no more threads are planned than CPUs are granted, and nothing unknown is printed', () => {
    fc.assert(
      fc.property(hosts, (host) => {
        const { found, figures, status } = cpusFinding(host);
        const { workers, threads } = figures as { readonly workers: number; readonly threads: number };
        expect(workers * threads).toBeGreaterThanOrEqual(1);
        expect(workers * threads).toBeLessThanOrEqual(
          Math.min(host.visibleCpus, Math.max(1, Math.ceil(host.cpuQuota?.value ?? 512))),
        );
        expect(found).not.toMatch(/NaN|undefined|Infinity|\b1 (workers|threads)\b/);
        expect(status).toBe((host.cpuQuota?.value ?? 1) < 1 ? 'warning' : 'ok');
      }),
    );
  });

  test('more memory is never worse', () => {
    const ranks = { ok: 0, warning: 1, problem: 2 };
    const bytes = fc.double({ min: 0, max: 1e11, noNaN: true });
    fc.assert(
      fc.property(hosts, bytes, bytes, bytes, fc.integer({ min: 1, max: 32 }), (host, a, b, weights, workers) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((leftBytes) =>
          memoryFinding(host, { leftBytes }, weights, workers),
        );
        expect(ranks[more.status]).toBeLessThanOrEqual(ranks[less.status]);
        expect(less.essential === true).toBe(less.status === 'problem');
      }),
    );
  });

  test('threads that get what they want have no brake, all others one at least, each once', () => {
    fc.assert(
      fc.property(
        probes,
        fc.option(fc.double({ min: 0.05, max: 64, noNaN: true }), { nil: undefined }),
        (probe, quota) => {
          const brakes = brakesOf(probe, quota);
          const isFree = probe.cpuSeconds / probe.wallSeconds >= 0.9 * probe.threads;
          expect(brakes.length === 0).toBe(isFree);
          expect(new Set(brakes).size).toBe(brakes.length);
          expect(brakes.includes('unseen') && brakes.length > 1).toBe(false);
        },
      ),
    );
  });

  test('what slows threads down has words and advice', () => {
    fc.assert(
      fc.property(probes, hosts, (probe, host) => {
        const { status, found, advice } = throttlingFinding(probe, host);
        expect(`${found} ${advice ?? ''}`).not.toMatch(/NaN|undefined|Infinity/);
        expect(advice === undefined).toBe(status === 'ok');
      }),
    );
  });
});

test.each([
  ['v20.12.0-nightly', true],
  ['v24.0.0-rc.1', true],
  ['20.12.1', true],
  ['v0.12.18', false],
])('the version %s of Node.js is new enough: %s', (version, isNew) => {
  expect(nodeFinding(version).essential === undefined).toBe(isNew);
});

test('a model that is not there is told before anything is measured', async () => {
  const stages: string[] = [];
  const onProgress = ({ stage }: { readonly stage: string }) => stages.push(stage);
  await expect(diagnose({ model: '/no/such/model', onProgress })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(stages).toEqual([]);
});
