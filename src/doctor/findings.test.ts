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
