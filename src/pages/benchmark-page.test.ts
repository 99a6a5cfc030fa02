import { describe, expect, test } from 'vitest';
import { someBenchmark } from '../../test/support/benchmark.js';
import { benchmarkPage } from './benchmark-page.js';

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
