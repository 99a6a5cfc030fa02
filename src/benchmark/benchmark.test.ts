import { describe, expect, test } from 'vitest';
import { type BenchmarkOptions, benchmark } from './benchmark.js';

/** What is refused before anything is looked for or started: there is no such model. */
const refusal = (options: unknown, models: unknown = ['/no/such/model']) =>
  benchmark(models as string[], options as BenchmarkOptions).then(
    () => 'it went',
    ({ code, message }) => `${code}: ${message}`,
  );

describe('the options of a benchmark', () => {
  test.each([
    [{ texts: { texts: [], source: 'none.txt' } }, /^USAGE: The mixed corpus has no texts/],
    [{ texts: { texts: ['a', 3], source: 'x' } }, /^USAGE: .*texts/],
    [{ texts: ['a'] }, /^USAGE: .*texts/],
    [{ pools: [0] }, /^USAGE: .*pools/],
    [{ threads: 1.5 }, /^USAGE: .*threads/],
    [{ engines: ['cuda'] }, /^USAGE: .*engines/],
    [{ cpuLimit: 'half' }, /^USAGE: .*cpuLimit/],
    [{ thorough: 'yes' }, /^USAGE: .*thorough/],
    [{ rounds: 3 }, /^USAGE: .*rounds/],
  ])('%j is refused', async (options, message) => {
    expect(await refusal(options)).toMatch(message);
  });

  test('are looked at before the models', async () => {
    expect(await refusal({})).toMatch(/^FILE_NOT_FOUND: .*\/no\/such\/model/);
    expect(await refusal({}, 'a-text')).toMatch(/^USAGE: .*models/);
    expect(await refusal({}, [3])).toMatch(/^USAGE: .*models/);
  });
});

test('no model at all is refused, and not measured', async () => {
  expect(await refusal({}, [])).toBe('USAGE: There is nothing to measure.');
});
