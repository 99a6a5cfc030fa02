import { describe, expect, test } from 'vitest';
import { someBenchmark } from '../../test/support/benchmark.js';
import { formatBenchmark } from './benchmark-text.js';
import { formatDiagnosis } from './diagnosis-text.js';
import { benchmarkPage } from './html/benchmark-page.js';
import { plainStyle } from './style.js';
import { wrapped } from './wrap.js';

describe('a benchmark in the terminal', () => {
  const text = formatBenchmark(someBenchmark({ notes: ['Something ran.'], unusable: [{ name: 'q4', why: 'No.' }] }), {
    ...plainStyle,
    columns: 200,
  });

  test('names machine, conditions and engine before the figures', () => {
    expect(text).toMatch(
      /^Some CPU \(linux-x64, AVX-512 VNNI, .*4 of 8 CPUs granted, 2 physical cores, quota 1\.50 CPUs/,
    );
    expect(text).toContain('5 rounds in turns');
    expect(text).toMatch(/^model native +native 1\.0, 2 × 1 +90\.0 MB/m);
  });

  test('shows medians with their spread, and no p99 of few calls', () => {
    expect(text).toMatch(/^model onnxruntime +4\.00 +6\.00 +8\.00 +36\.0 +250 \(235–270\)/m);
    expect(text).toMatch(/^model onnxruntime +64\.0 +96\.0 +– +576/m);
    expect(text).toMatch(/^model native +550 \(517–594\) +5\.50× /m);
    expect(text).toMatch(/^model native, 4 × 1 +660 \(620–713\) +2\.00×/m);
  });

  test('ends with notes, what could not be measured, and what to do next', () => {
    expect(text).toMatch(
      /! Something ran\.\n✗ q4: No\.\n\nNext:\n {2}npx octavec compare .*\n {2}npx octavec embed .*--engine native "hello world"\n$/,
    );
  });

  test('for one file in full precision, the next thing is to quantize it', () => {
    const [first] = someBenchmark().results;
    expect(formatBenchmark(someBenchmark({ results: [first] }), plainStyle)).toContain(
      'octavec quantize /models/a/onnx/model.onnx --to int8',
    );
  });
});

describe('the page of a benchmark', () => {
  const page = benchmarkPage(someBenchmark({ notes: ['Something ran.'], unusable: [{ name: 'q4', why: 'No.' }] }));

  test('says first what is fastest, then what to keep in mind', () => {
    expect(page).toContain('<h1>model native is the fastest: 550 texts/s, 2.1 × a_quite_long');
    expect(page.indexOf('Something ran.')).toBeLessThan(page.indexOf('<svg'));
  });

  test('needs no network and no script, and escapes names', () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import|https?:/);
    expect(page).not.toContain('<b>');
    expect(page).toContain('&lt;b&gt;&amp;&quot;x&quot;');
  });

  test('every plot is described, and no coordinate is missing', () => {
    const plots = page.match(/<svg [^>]*>/g) ?? [];
    expect(plots.length).toBe(3 + (1 + 3) + 3 + 2);
    for (const plot of plots) {
      expect(plot).toMatch(/role="img" aria-label="[^"]{30,}"/);
    }
    expect(page).not.toMatch(/(?:[xyr]|c[xy]|width|height)[12]?="(?:NaN|-?Infinity|undefined)"|points="[^"]*NaN/);
  });

  test('one subject and no pools make a page, too', () => {
    const [first] = someBenchmark().results;
    const single = benchmarkPage(someBenchmark({ results: [{ ...first, pools: [] }] }));
    expect(single).toContain('<h1>model onnxruntime: 100 texts/s</h1>');
    expect(single).not.toContain('<h2>Pools</h2>');
  });
});

describe('a diagnosis', () => {
  const { host } = someBenchmark().conditions;
  const finding = { id: 'throttling', status: 'problem', found: 'Slow.', advice: 'Do something.' } as const;
  const print = (essential?: true) =>
    formatDiagnosis(
      { version: '1', date: '', host, findings: [{ ...finding, essential }], usable: !essential, model: 'my model' },
      plainStyle,
    );

  test('marks what is wrong, says what to do, and goes on', () => {
    expect(print()).toBe(
      "✗ Slow.\n  → Do something.\n\noctavec works here, with 1 problem.\n\nNext:\n  npx octavec bench 'my model'\n",
    );
  });

  test('does not send on where nothing works', () => {
    expect(print(true)).toMatch(/octavec cannot work here before this is put right\.\n$/);
  });
});

test('wrapped', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('extraordinary b', 5)).toEqual(['extraordinary', 'b']);
  expect(wrapped('', 5)).toEqual(['']);
});
