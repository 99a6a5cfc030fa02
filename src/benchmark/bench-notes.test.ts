import { describe, expect, test } from 'vitest';
import { someBenchmark } from '../../test/support/benchmark.js';
import { benchNotes } from './bench-notes.js';
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
