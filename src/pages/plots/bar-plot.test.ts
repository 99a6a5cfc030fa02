import { describe, expect, test } from 'vitest';
import { barPlot } from './bar-plot.js';

const bar = (name: string, median: number, low = median, high = median) => ({
  name,
  value: { median, low, high },
  text: `${median} texts/s`,
});

const widths = (text: string) => [...text.matchAll(/<rect[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width));

describe('bars', () => {
  test('are as long as their figures, from nothing on', () => {
    const [first, second, none] = widths(barPlot('Speeds', 'texts/s', [bar('a', 100), bar('b', 50), bar('c', 0)]).text);
    expect(first / second).toBeCloseTo(2, 2);
    // Nothing is still seen.
    expect(none).toBe(1);
  });

  test('have a whisker from the lowest to the highest round, where these differ', () => {
    const { text } = barPlot('Speeds', 'texts/s', [bar('a', 100, 90, 120), bar('b', 50)]);
    const [[, from, to], ...others] = [...text.matchAll(/class="whisker" x1="([\d.]+)" x2="([\d.]+)"/g)];
    expect(others).toEqual([]);
    const [width] = widths(text);
    expect(Number(from)).toBeLessThan(8 + width);
    expect(Number(to)).toBeGreaterThan(8 + width);
  });

  test('stay within the picture, whatever the highest round', () => {
    const { text } = barPlot('Speeds', 'texts/s', [bar('a', 1, 1, 1e9)]);
    const [, , width] = text.match(/viewBox="(\d+) 0 (\d+) /) ?? [];
    for (const [, x] of text.matchAll(/ x2="([\d.]+)"/g)) {
      expect(Number(x)).toBeLessThanOrEqual(Number(width));
    }
  });

  test('of nothing at all are drawn, too', () => {
    expect(barPlot('Speeds', 'texts/s', [bar('a', 0)]).text).not.toContain('NaN');
  });

  test('have names that are cut in the middle, and escaped', () => {
    const { text } = barPlot('<d>', 'l', [bar(`<a>${'x'.repeat(40)}END`, 1)]);
    expect(text).toContain('&lt;a&gt;');
    expect(text).toContain('END: 1 texts/s');
    expect(text).toContain('…');
    expect(text).toContain('aria-label="&lt;d&gt;"');
  });
});
