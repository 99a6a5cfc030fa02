import { describe, expect, test } from 'vitest';
import { someBenchmark } from '../../test/support/benchmark.js';
import { benchNotes, slowGovernor } from './bench-notes.js';
import type { BenchConditions } from './benchmark-result.js';

const { conditions, results } = someBenchmark();
const notes = (changes: Partial<BenchConditions>, of = results) => benchNotes({ ...conditions, ...changes }, of);

describe('benchNotes', () => {
  test('none on a calm machine', () => {
    expect(notes({ throttledSeconds: 0, stolenShare: 0.001 })).toEqual([]);
  });

  test.each<[Partial<BenchConditions>, string]>([
    [{ loadBefore: 3.2 }, 'the load was 3.2 on 4 CPUs'],
    [{ stolenShare: 0.14 }, 'took 14 % of the CPU time'],
    [{ throttledSeconds: 12.34 }, 'stood still for 12.3 s because of a CPU quota'],
    [{ throttledSeconds: 12.34, cpuLimit: 0.5 }, 'because of the limit of 0.5 CPUs'],
    [
      { host: { ...conditions.host, governor: { name: 'powersave', driver: 'acpi-cpufreq' } } },
      'governor is "powersave"',
    ],
  ])('%j', (changes, said) => {
    expect(notes(changes)).toEqual([expect.stringContaining(said)]);
  });

  test('rounds that differ much are named', () => {
    const [first] = results;
    const restless = { ...first, mixed: { ...first.mixed, perSecond: { median: 100, low: 80, high: 120 } } };
    expect(notes({}, [restless])).toEqual([expect.stringContaining('up to 50 % (model onnxruntime)')]);
  });
});

describe('what is just within bounds is not told, what is just beyond them is', () => {
  test.each<[keyof BenchConditions, number, number]>([
    ['loadBefore', 1, 1.01],
    ['stolenShare', 0.02, 0.021],
    ['throttledSeconds', 0.1, 0.11],
  ])('%s of %d, and of %d', (key, within, beyond) => {
    expect(notes({ [key]: within })).toEqual([]);
    expect(notes({ [key]: beyond })).toHaveLength(1);
  });

  test('rounds, of the first that is restless', () => {
    const [first] = results;
    const with125 = (name: string, high: number) => ({
      ...{ ...first, name },
      mixed: { ...first.mixed, perSecond: { median: 100, low: 100, high } },
    });
    expect(notes({}, [with125('calm', 125)])).toEqual([]);
    expect(notes({}, [with125('calm', 125), with125('first', 126), with125('second', 300)])).toEqual([
      expect.stringContaining('up to 26 % (first)'),
    ]);
  });
});

test.each([
  ['powersave', 'acpi-cpufreq', true],
  ['powersave', 'intel_pstate', false],
  ['powersave', 'amd-pstate-epp', false],
  ['performance', 'acpi-cpufreq', false],
])('governor %s of %s is slow: %s', (name, driver, slow) => {
  expect(slowGovernor({ ...conditions.host, governor: { name, driver } })).toBe(slow);
});

test('a machine that does not tell its governor is not blamed', () => {
  expect(slowGovernor({ ...conditions.host, governor: undefined })).toBe(false);
});

test('all that is wrong is told, each once', () => {
  const all = notes({ loadBefore: 9, stolenShare: 0.5, throttledSeconds: 3 });
  expect(all).toHaveLength(3);
  expect(new Set(all).size).toBe(3);
});
