import { scaleLinear } from 'd3-scale';
import { describe, expect, test } from 'vitest';
import { html } from '../markup.js';
import { barPlot } from './bar-plot.js';
import { emptyNote, plot, powerOfTen, rounded } from './plot.js';
import { legend, seriesClass, seriesPlot } from './series-plot.js';

const numbersIn = (text: string, name: string) =>
  [...text.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map(([, value]) => Number(value));

test.each([
  [1, '10⁰'],
  [10, '10¹'],
  [0.001, '10⁻³'],
  [1e12, '10¹²'],
  [1e-10, '10⁻¹⁰'],
  [2, ''],
  [0.5, ''],
  [9.99, ''],
])('on a logarithmic axis %d is called "%s"', (value, name) => {
  expect(powerOfTen(value)).toBe(name);
});

test('every power of ten that a double holds exactly enough is named', () => {
  for (let exponent = -20; exponent <= 20; exponent++) {
    expect(powerOfTen(10 ** exponent)).not.toBe('');
  }
});

test.each([
  [1.234, 1.23],
  [1.235, 1.24],
  [-0.001, -0],
  [7, 7],
])('%d is drawn at %d', (position, at) => {
  expect(rounded(position)).toBeCloseTo(at, 10);
});

describe('a plot', () => {
  const axis = (from: number, to: number, range: [number, number], label: string) => ({
    scale: scaleLinear([from, to], range),
    label,
    ticks: 2,
  });
  const { text } = plot('a <plot>', axis(0, 10, [52, 320], 'x & y'), axis(0, 1, [202, 12], 'up'), html`<circle/>`);

  test('has ticks at their places, labels, and what is drawn in it', () => {
    expect(text).toContain('aria-label="a &lt;plot&gt;"');
    expect(text).toContain('>x &amp; y</text>');
    expect(text).toContain('<circle/></svg>');
    expect(text).toContain('<text class="tick" x="186" y="218" text-anchor="middle">5</text>');
    expect(text).toContain('<text class="tick" x="46" y="111" text-anchor="end">0.5</text>');
  });

  test('leaves out ticks without a text', () => {
    const silent = { ...axis(0, 10, [52, 320], 'x'), format: () => '' };
    expect(plot('p', silent, axis(0, 1, [202, 12], 'y'), []).text.match(/text-anchor="middle">\d/g)).toBeNull();
  });

  test('that has nothing to show says so', () => {
    expect(emptyNote('no <figures>').text).toContain('no &lt;figures&gt;');
  });
});

describe('bars', () => {
  const bar = (name: string, low: number, median: number, high: number) => ({
    name,
    value: { low, median, high },
    text: `${median}`,
  });

  test('are as long as their figures, with a whisker where rounds differ', () => {
    const { text } = barPlot('bars', 'texts/s', [bar('a', 100, 100, 100), bar('b', 40, 50, 60)]);
    const [first, second] = numbersIn(text.replaceAll(/<svg[^>]*>/g, ''), 'width');
    expect(second / first).toBeCloseTo(0.5, 2);
    expect(text.match(/class="whisker"/g)).toHaveLength(1);
    expect(text).toContain('class="bar s0"');
    expect(text).toContain('class="bar s1"');
  });

  test('of nothing are drawn all the same', () => {
    const { text } = barPlot('bars', 'x', [bar('a', 0, 0, 0)]);
    expect(text).not.toMatch(/NaN|Infinity/);
    expect(text).toContain('width="1"');
  });

  test('have long names cut in the middle', () => {
    const { text } = barPlot('bars', 'x', [bar('beginning-of-a-very-long-name-and-its-end', 1, 1, 1)]);
    expect(text).toContain('beginning-of-…me-and-its-end: 1');
  });
});

describe('lines over steps', () => {
  const spread = (median: number) => ({ low: median, median, high: median });

  test('leave out what was not measured', () => {
    const series = [
      { name: 'a', values: [spread(1), undefined, spread(3)] },
      { name: 'b', values: [undefined, undefined, undefined] },
    ];
    const { text } = seriesPlot('d', ['1', '2', '4'], { x: 'workers', y: 'texts/s' }, series, false);
    const lines = [...text.matchAll(/<polyline class="line (s\d)" points="([^"]*)"/g)].map(([, kind, points]) => [
      kind,
      points.split(' ').filter(Boolean).length,
    ]);
    expect(lines).toEqual([
      ['s0', 2],
      ['s1', 0],
    ]);
    expect(text.match(/<circle/g)).toHaveLength(2);
    expect(text).not.toMatch(/NaN|Infinity/);
  });

  test('stand higher the more there is, on either kind of axis', () => {
    for (const logarithmic of [false, true]) {
      const { text } = seriesPlot(
        'd',
        ['a', 'b'],
        { x: 'x', y: 'y' },
        [{ name: 'a', values: [spread(1), spread(100)] }],
        logarithmic,
      );
      const [low, high] = numbersIn(text, 'cy');
      expect(high).toBeLessThan(low);
    }
  });

  test('have six colours, then the first again', () => {
    expect([0, 5, 6, 13].map(seriesClass)).toEqual(['s0', 's5', 's0', 's1']);
    expect(legend(['a', '<b>']).text).toBe(
      '<ul class="legend"><li class="s0">a</li><li class="s1">&lt;b&gt;</li></ul>',
    );
  });
});
