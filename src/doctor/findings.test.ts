import { describe, expect, test } from 'vitest';
import { cpuFeatures, type HostFacts } from '../host/index.js';
import { cpusFinding } from './cpus.js';
import { diagnosisError } from './diagnose.js';
import { memoryFinding } from './memory.js';
import { nativeEngineFinding, nodeFinding } from './native-modules.js';
import { fitFor, governorFinding, processorFinding } from './processor.js';

const facts: HostFacts = {
  platform: 'linux-x64',
  cpuModel: 'Some CPU',
  cpuFlags: ['avx2', 'avx512f', 'avx512_vnni'],
  machineCpus: 8,
  visibleCpus: 8,
  physicalCores: 8,
  memoryBytes: 8e9,
};
const none = { reason: 'it is not built' };

describe('fitFor', () => {
  const fitting = (flags: string[], native: Parameters<typeof fitFor>[1] = none) => {
    const { variant, engine } = fitFor(cpuFeatures(flags, 'linux-x64'), native);
    return `${variant} ${engine}`;
  };

  test('INT8 where bytes are multiplied exactly', () => {
    expect(fitting(['avx2', 'avx512f', 'avx512_vnni'])).toBe('int8 onnxruntime');
    expect(fitting(['avx2', 'avx_vnni'], { isa: 'avx-vnni' })).toBe('int8 native');
    expect(fitting(['asimd', 'asimddp'])).toBe('int8 onnxruntime');
  });

  test('INT8 without VNNI, for its weights are free of saturation, and 8-bit weights where there is nothing', () => {
    expect(fitting(['avx2'])).toBe('int8 onnxruntime');
    expect(fitting(['avx2'], { isa: 'avx2' })).toBe('int8 native');
    expect(fitting(['sse2'], { isa: 'portable' })).toBe('q8 onnxruntime');
  });
});

test('a processor without VNNI is a warning that says what to do', () => {
  expect(processorFinding(facts, none).status).toBe('ok');
  const old = processorFinding({ ...facts, cpuFlags: ['avx2'] }, none);
  expect(old).toMatchObject({ status: 'warning', advice: expect.stringContaining('octavec verify') });
});

test('a governor that keeps clocks low, but not a pstate driver that raises them', () => {
  expect(governorFinding(facts)).toBeUndefined();
  const governed = (name: string, driver: string) => governorFinding({ ...facts, governor: { name, driver } })?.status;
  expect(governed('powersave', 'acpi-cpufreq')).toBe('warning');
  expect(governed('powersave', 'intel_pstate')).toBe('ok');
  expect(governed('performance', 'acpi-cpufreq')).toBe('ok');
});

describe('cpusFinding', () => {
  const quota = (value: number) => ({ ...facts, cpuQuota: { value, source: '/sys/fs/cgroup/cpu.max' } });

  test('granted CPUs against those that are seen, and where a quota stands', () => {
    const { status, found } = cpusFinding({ ...quota(2.5), machineCpus: 16, physicalCores: 4 });
    expect(status).toBe('ok');
    expect(found).toContain('16 CPUs in the machine, 8 of them may be used (affinity, cpuset), on 4 physical cores');
    expect(found).toContain("a quota of 2.5 CPUs' worth of time (/sys/fs/cgroup/cpu.max)");
    expect(found).toContain('octavec runs 2 workers of 1 thread');
    expect(found).toContain('see 8 CPUs and start as many threads');
  });

  test('less than one CPU is a warning', () => {
    expect(cpusFinding(quota(0.5))).toMatchObject({ status: 'warning', advice: expect.stringContaining('one CPU') });
    expect(cpusFinding(facts)).toMatchObject({ status: 'ok', found: expect.stringContaining('no quota') });
  });
});

describe('memoryFinding', () => {
  const status = (leftBytes: number) => memoryFinding(facts, { leftBytes }, 400e6, 4);

  test('what fits, what fits with shared weights only, what does not', () => {
    expect(status(4e9).status).toBe('ok');
    expect(status(1.5e9)).toMatchObject({ status: 'warning', advice: expect.stringContaining('shared') });
    expect(status(0.5e9)).toMatchObject({ status: 'problem', essential: true });
  });

  test('without a model there is nothing to hold it against', () => {
    expect(memoryFinding(facts, { leftBytes: 1 }, undefined, 4).status).toBe('ok');
  });
});

test('the native engine is never a problem', () => {
  expect(nativeEngineFinding(none)).toMatchObject({ status: 'ok', found: expect.stringContaining('it is not built') });
  expect(nativeEngineFinding({ isa: 'neon-dotprod' }).found).toContain('neon-dotprod');
  expect(nativeEngineFinding({ isa: 'portable' }).found).toContain('run on ONNX Runtime');
});

test('an old Node.js is essential', () => {
  expect(nodeFinding('v20.12.0').essential).toBeUndefined();
  expect(nodeFinding('v20.11.1')).toMatchObject({ status: 'problem', essential: true });
  expect(nodeFinding('v18.20.0')).toMatchObject({ status: 'problem', essential: true });
});

test('only essential problems make a machine unusable', () => {
  const base = { version: '1', date: '', host: facts };
  const throttled = { id: 'throttling', status: 'problem' as const, found: 'Slow.' };
  const broken = { ...throttled, id: 'onnxruntime', found: 'ONNX Runtime does not load.', essential: true };
  expect(diagnosisError({ ...base, findings: [throttled], usable: true })).toBeUndefined();
  expect(diagnosisError({ ...base, findings: [throttled, broken], usable: false })).toMatchObject({
    code: 'HOST_UNUSABLE',
    exitStatus: 1,
    message: expect.stringContaining('ONNX Runtime does not load. "octavec doctor"'),
  });
});

describe('what is not known of a machine', () => {
  test('has words, not "undefined"', () => {
    const bare: HostFacts = { ...facts, platform: 'win32-x64', cpuFlags: [] };
    for (const finding of [processorFinding(bare, none), cpusFinding(bare), processorFinding(bare, { isa: 'avx2' })]) {
      expect(`${finding.found} ${finding.advice ?? ''}`).not.toMatch(/undefined|NaN|null/);
      expect(finding.status).toBe('ok');
    }
    expect(processorFinding(bare, none).found).toContain('instruction sets are not told');
  });

  test('of many instruction sets the first four are named', () => {
    const { found, figures } = processorFinding(facts, { isa: 'avx512-vnni' });
    const names = (figures as { features: string[] }).features.slice(0, 4);
    expect(found).toBe(
      `Some CPU (linux-x64): ${names.join(', ')}. Fits: int8 on the native engine (bytes are multiplied exactly and several times as fast as floats).`,
    );
  });

  test('a processor that multiplies no bytes is for size alone', () => {
    const finding = processorFinding({ ...facts, cpuFlags: ['sse2'] }, none);
    expect(finding).toMatchObject({ status: 'warning', advice: 'Take variants for their size, not for speed.' });
    expect(finding.found).toContain('Fits: q8 on ONNX Runtime');
  });

  test('one CPU is one, and a worker too', () => {
    const one = { ...facts, machineCpus: 1, visibleCpus: 1, physicalCores: 1 };
    expect(cpusFinding(one).found).toBe('1 CPU in the machine, no quota; octavec runs 1 worker of 1 thread.');
    expect(memoryFinding(one, { leftBytes: 9e9 }, 1e8, 1).found).toContain('with 1 worker, ');
    expect(memoryFinding(one, { leftBytes: 9e9 }, 1e8, 2).found).toContain('with 2 workers, ');
  });

  test('sizes are rounded into one unit: 999.6 MB is 1.0 GB', () => {
    expect(memoryFinding({ ...facts, memoryBytes: 999_600_000 }, { leftBytes: 0 }, undefined, 1).found).toBe(
      '1.00 GB of memory, 0 B left.',
    );
  });
});

test('problems that make a machine unusable stand in one error, in their order', () => {
  const essential = (id: string, found: string) => ({ id, status: 'problem' as const, essential: true, found });
  const findings = [
    essential('a', 'First.'),
    { id: 'b', status: 'ok' as const, found: 'Fine.' },
    essential('c', 'Last'),
  ];
  const error = diagnosisError({ version: '1', date: '', host: facts, findings, usable: false });
  expect(error?.details).toEqual({ problems: 'First; Last' });
});
