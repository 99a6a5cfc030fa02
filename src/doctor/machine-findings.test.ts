import { describe, expect, test } from 'vitest';
import type { CpuFeatures, HostFacts } from '../host/index.js';
import { cpusFinding } from './cpus.js';
import { memoryFinding } from './memory.js';
import { nativeEngineFinding, nodeFinding } from './native-modules.js';
import { fitFor, governorFinding } from './processor.js';

const host = (more: Partial<HostFacts> = {}): HostFacts => ({
  ...{ platform: 'linux-x64', cpuModel: 'test', cpuFlags: [], machineCpus: 8, visibleCpus: 8, physicalCores: 8 },
  memoryBytes: 16e9,
  ...more,
});
const quota = (value: number) => ({ cpuQuota: { value, source: 'cpu.max' } });

describe('the CPUs', () => {
  test('that are all there need no word more', () => {
    const { found, status, advice } = cpusFinding(host());
    expect(found).toContain('8 CPUs in the machine, no quota; octavec runs');
    expect([status, advice]).toEqual(['ok', undefined]);
  });

  test('of affinity and of threads of one core are told apart', () => {
    const { found } = cpusFinding(host({ visibleCpus: 4, physicalCores: 2 }));
    expect(found).toContain('8 CPUs in the machine, 4 of them may be used (affinity, cpuset), on 2 physical cores');
  });

  test('of a quota are not seen by other programs', () => {
    const { found, status } = cpusFinding(host(quota(2.5)));
    expect(found).toContain("a quota of 2.5 CPUs' worth of time (cpu.max)");
    expect(found).toContain('Programs that ask the system see 8 CPUs');
    expect(status).toBe('ok');
    expect(cpusFinding(host(quota(8))).found).not.toContain('Programs that ask');
  });

  test('of a quota below one are too few', () => {
    expect(cpusFinding(host(quota(0.5)))).toMatchObject({
      status: 'warning',
      advice: expect.stringContaining('one CPU or more'),
    });
    expect(cpusFinding(host(quota(1))).status).toBe('ok');
  });
});

describe('the memory', () => {
  const finding = (leftBytes: number, weights?: number, more: Partial<HostFacts> = {}) =>
    memoryFinding(host(more), { leftBytes }, weights, 2);

  test('without a model is told, and no more', () => {
    expect(finding(3e9)).toMatchObject({ status: 'ok', found: '16.0 GB of memory, 3.00 GB left.' });
    expect(finding(999e6, undefined, { memoryLimit: { value: 2e9, source: 'memory.max' } }).found).toBe(
      '16.0 GB of memory, limited to 2.00 GB (memory.max), 999 MB left.',
    );
  });

  // Two workers of 48 MiB, and 100 MB for the process: three times the weights, or once where they are shared.
  const rest = 2 * 48 * 2 ** 20 + 100e6;

  test.each([
    [3e9 + rest, 'ok'],
    [3e9 + rest - 1, 'warning'],
    [1e9 + rest, 'warning'],
    [1e9 + rest - 1, 'problem'],
    [0, 'problem'],
  ])('of %d bytes is for a model of 1 GB: %s', (left, status) => {
    expect(finding(left, 1e9).status).toBe(status);
  });

  test('that is not enough keeps octavec from working', () => {
    expect(finding(0, 1e9)).toMatchObject({ essential: true, advice: expect.stringContaining('smaller variant') });
    expect(finding(1e9 + rest, 1e9).essential).toBeUndefined();
  });
});

describe('the version of Node.js', () => {
  test.each([
    ['v20.12.0', true],
    ['v20.12.2', true],
    ['v22.0.0', true],
    ['v100.1.0', true],
    ['v20.11.9', false],
    ['v18.20.0', false],
    ['v9.99.0', false],
  ])('%s is new enough: %s', (version, isNew) => {
    const { status, essential, found } = nodeFinding(version);
    expect([status, essential]).toEqual(isNew ? ['ok', undefined] : ['problem', true]);
    expect(found).toBe(`Node.js ${version}${isNew ? '' : ' is too old'}.`);
  });
});

describe('variant and engine for a processor', () => {
  const fitOf = (int8: CpuFeatures['int8'], native: Parameters<typeof fitFor>[1]) => {
    const { variant, engine } = fitFor({ int8 } as CpuFeatures, native);
    return [variant, engine];
  };

  test.each([
    ['matrix', { isa: 'AMX' }, ['int8', 'native']],
    ['dot', { isa: 'AVX-512 VNNI' }, ['int8', 'native']],
    ['dot', { isa: 'portable' }, ['int8', 'onnxruntime']],
    ['dot', { reason: 'not built' }, ['int8', 'onnxruntime']],
    ['saturating', { isa: 'AVX2' }, ['int8', 'native']],
    ['none', { isa: 'portable C++' }, ['q8', 'onnxruntime']],
    ['unknown', { reason: 'x' }, ['int8', 'onnxruntime']],
  ] as const)('that has %s, with %j: %j', (int8, native, expected) => {
    expect(fitOf(int8, native)).toEqual(expected);
  });

  test('the native engine is never needed', () => {
    for (const native of [{ isa: 'AVX2' }, { isa: 'portable' }, { reason: 'not built' }]) {
      expect(nativeEngineFinding(native).status).toBe('ok');
    }
    expect(nativeEngineFinding({ reason: 'not built' }).found).toContain('not built');
    expect(nativeEngineFinding({ isa: 'portable' }).found).toContain('none of its fast instruction sets');
  });
});

test('the governor is told where the system tells it', () => {
  expect(governorFinding(host())).toBeUndefined();
  expect(governorFinding(host({ governor: { name: 'powersave', driver: 'acpi-cpufreq' } }))).toMatchObject({
    status: 'warning',
    found: 'CPU governor "powersave" (acpi-cpufreq): clocks stay low.',
  });
  expect(governorFinding(host({ governor: { name: 'performance', driver: 'acpi-cpufreq' } }))).toMatchObject({
    status: 'ok',
    advice: undefined,
  });
});
