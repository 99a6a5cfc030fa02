import { describe, expect, test } from 'vitest';
import { someBenchmark } from '../../test/support/benchmark.js';
import type { Benchmark } from '../benchmark/index.js';
import { benchmarkHeader, benchmarkSections, formatBenchmark, milliseconds, spreadText } from './benchmark-text.js';
import { plainStyle } from './style.js';

const count = (value: number) => String(value);

describe('figures', () => {
  test.each([
    [undefined, '–'],
    [0, '0.00'],
    [0.126, '0.13'],
    [9.99, '9.99'],
    [12.34, '12.3'],
    [123.4, '123'],
    [1234.5, '1,235'],
  ])('%s milliseconds are %s', (value, text) => {
    expect(milliseconds(value)).toBe(text);
  });

  test.each([
    [{ median: 168.4, low: 150.26, high: 190.9 }, '168 (150–191)'],
    [{ median: 0.12345, low: 0.1, high: 0.2 }, '0.123 (0.1–0.2)'],
    [{ median: 5, low: 5, high: 5 }, '5'],
    // What is the same in three digits is the same.
    [{ median: 1000.2, low: 1000.1, high: 1000.4 }, '1000'],
    [{ median: 0, low: 0, high: 0 }, '0'],
  ])('%j is written as %s', (spread, text) => {
    expect(spreadText(spread, count)).toBe(text);
  });
});

describe('the conditions', () => {
  const said = (changes: Partial<Benchmark['conditions']>) => {
    const benchmark = someBenchmark();
    return benchmarkHeader({ ...benchmark, conditions: { ...benchmark.conditions, ...changes } });
  };
  const { host } = someBenchmark().conditions;

  test('name the quota, the governor, and the limit of this run', () => {
    expect(said({})[0]).toContain('4 of 8 CPUs granted, 2 physical cores, quota 1.50 CPUs, governor not told');
    expect(said({})).toHaveLength(2);
    const governor = { name: 'performance', driver: 'x' };
    expect(said({ host: { ...host, cpuQuota: undefined, governor } })[0]).toContain('no quota, governor performance');
    expect(said({ cpuLimit: 0.5 }).at(-1)).toBe('Limited to 0.5 CPUs by a control group for this run.');
  });

  test('name four sets of instructions at most, or none', () => {
    expect(said({ host: { ...host, cpuFlags: [] } })[0]).toMatch(/^Some CPU \(linux-x64\);/);
    expect(said({})[0]).toMatch(/^Some CPU \(linux-x64(, [^,;]+){1,4}\);/);
  });
});

describe('tables', () => {
  const benchmark = someBenchmark();
  const sections = benchmarkSections(benchmark.results, benchmark);
  const cells = (title: RegExp) => sections.find((section) => title.test(section.title))?.cells ?? [];

  test('have as many cells in each row as headings, and a row for each subject', () => {
    for (const { title, cells: table } of sections) {
      expect(new Set(table.map(({ length }) => length)).size, title).toBe(1);
      expect(table, title).toHaveLength(1 + (/^Pools/.test(title) ? 3 : 1) * benchmark.results.length);
    }
    expect(sections.map(({ title }) => title.slice(0, 20))).toHaveLength(1 + 3 + 1 + 1);
  });

  test('compare with the first, round by round', () => {
    // All rounds of the second are 5.5 times those of the first, of the fourth a fiftieth.
    expect(cells(/^Mixed/).map((row) => row[2])).toEqual(['× model onnxruntime', '1.00×', '5.50×', '2.60×', '0.02×']);
  });

  test('a slow machine does not count where it slows down both', () => {
    const [first] = benchmark.results;
    const mixed = (rounds: readonly number[]) => ({ ...first.mixed, rounds });
    const results = [
      { ...first, mixed: mixed([100, 50, 100]) },
      { ...first, mixed: mixed([200, 100, 300]) },
      { ...first, mixed: mixed([100, 100]) },
    ];
    const times = benchmarkSections(results, benchmark).find(({ title }) => title.startsWith('Mixed'))?.cells;
    expect(times?.slice(1).map((row) => row[2])).toEqual(['1.00×', '2.00× (2.00×–3.00×)', '1.50× (1.00×–2.00×)']);
  });

  test('pools are held against the smallest', () => {
    expect(
      cells(/^Pools/)
        .slice(1, 4)
        .map(([name, , times]) => [name, times]),
    ).toEqual([
      ['model onnxruntime, 1 × 1', '1.00×'],
      ['model onnxruntime, 2 × 1', '2.00×'],
      ['model onnxruntime, 4 × 1', '2.00×'],
    ]);
  });

  test('what one subject lacks is a dash, what all lack is no column', () => {
    const [first, second] = benchmark.results;
    const without = { ...first, memory: { ...first.memory, proportionalBytes: undefined }, pools: [], latency: [] };
    const mixedUp = benchmarkSections([second, without], benchmark);
    expect(mixedUp[0].cells[0]).toContain('PSS');
    expect(mixedUp[0].cells[2]).toContain('–');
    expect(mixedUp[1].cells[2].slice(1, 5)).toEqual(['–', '–', '–', '–']);
    const alone = benchmarkSections([without], benchmark);
    expect(alone[0].cells[0]).not.toContain('PSS');
    expect(alone.map(({ title }) => title).some((title) => title.startsWith('Pools'))).toBe(false);
  });
});

describe('what to do next', () => {
  const [first, second] = someBenchmark().results;
  const next = (results: Benchmark['results']) =>
    formatBenchmark(someBenchmark({ results }), plainStyle).split('\nNext:\n')[1];

  test('one file in full precision: quantize it, and embed with the fastest', () => {
    expect(next([first])).toBe(
      '  npx octavec quantize /models/a/onnx/model.onnx --to int8\n' +
        '  npx octavec embed /models/a/onnx/model.onnx --engine onnxruntime "hello world"\n',
    );
  });

  test('one file that is quantized already: embed with it', () => {
    const path = '/models/a/onnx/model_int8.onnx';
    expect(next([{ ...first, path, engineChoice: 'auto' }])).toBe(`  npx octavec embed ${path} "hello world"\n`);
  });

  test('several files: compare them, in their order; embed with the fastest', () => {
    const other = { ...second, path: "/models/it's/b.onnx" };
    expect(next([first, other])).toBe(
      "  npx octavec compare /models/a/onnx/model.onnx '/models/it'\\''s/b.onnx'\n" +
        "  npx octavec embed '/models/it'\\''s/b.onnx' --engine native \"hello world\"\n",
    );
  });
});

test('names and reasons from outside are safe to show', () => {
  const benchmark = someBenchmark();
  const [first] = benchmark.results;
  const results = [{ ...first, name: 'a\u001b[2Jb' }];
  const text = formatBenchmark(
    { ...benchmark, results, unusable: [{ name: 'x\u0007', why: 'no\u202e' }] } as Benchmark,
    plainStyle,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
});
