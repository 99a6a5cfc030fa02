import { describe, expect, test } from 'vitest';
import { ring } from './ring.js';

const figureOf = (share: number) => /<text[^>]*>([^<]*)<\/text>/.exec(ring(share, 'x', 'good').text)?.[1];
const around = 2 * Math.PI * 40;
const arcOf = (share: number) => Number(/stroke-dasharray="([\d.]+) /.exec(ring(share, 'x', 'good').text)?.[1]);

describe('a share is shown rounded down', () => {
  test.each([
    [0, '0 %'],
    [0.009, '0 %'],
    [0.01, '1 %'],
    [0.5, '50 %'],
    [0.29, '29 %'],
    [0.57, '57 %'],
    [0.58, '58 %'],
    [0.999, '99 %'],
    [0.9995, '100 %'],
    [1, '100 %'],
    [1.2, '100 %'],
    [-0.1, '0 %'],
    [Number.NaN, '–'],
  ])('%d as %s', (share, figure) => {
    expect(figureOf(share)).toBe(figure);
  });

  test('of whole hundredths, each as it is', () => {
    for (let hundredths = 0; hundredths <= 100; hundredths++) {
      expect(figureOf(hundredths / 100)).toBe(`${hundredths} %`);
    }
  });
});

test('the arc is as long as the share of the ring', () => {
  expect(arcOf(0.25)).toBeCloseTo(around / 4, 1);
  expect([arcOf(0), arcOf(Number.NaN), arcOf(-1)]).toEqual([0, 0, 0]);
  expect(arcOf(7)).toBeCloseTo(around, 1);
});

test('what it shows is read aloud, and escaped', () => {
  const { text } = ring(0.5, 'Share of "x"', 'bad');
  expect(text).toContain('aria-label="Share of &quot;x&quot;: 50 %, of the original&#39;s"');
  expect(text).toContain('class="ring bad"');
});
