import { expect, test } from 'vitest';
import { formatRanking } from './ranking-text.js';
import { plainStyle, visibleLength } from './style.js';

const ranked = (...texts: readonly string[]) => texts.map((text, index) => ({ index, text, score: 10 / (index + 1) }));

test('ranks and scores stand below each other', () => {
  const scores = [12, -0.5].map((score, index) => ({ index, text: 'a', score }));
  expect(formatRanking(scores, plainStyle)).toBe('1  12.0000  a\n2  -0.5000  a\n');
  const eleven = formatRanking(ranked(...Array<string>(11).fill('x')), plainStyle).split('\n');
  expect(eleven[0]).toBe(' 1  10.0000  x');
  expect(eleven[10]).toBe('11   0.9091  x');
});

test('no texts are no lines', () => {
  expect(formatRanking([], plainStyle)).toBe('');
});

test('a line is as wide as the terminal at most, and shows something where that is very narrow', () => {
  const lines = (columns: number) =>
    formatRanking(ranked('机器学习 '.repeat(50), 'a '.repeat(99)), { ...plainStyle, columns })
      .trimEnd()
      .split('\n');
  for (const line of lines(40)) {
    expect(visibleLength(line)).toBeLessThanOrEqual(40);
  }
  for (const line of lines(5)) {
    expect(line).toMatch(/a.*…$|机.*…$/);
  }
});

test('a text is one line, whatever it holds', () => {
  const text = formatRanking(ranked('a\r\n\tb\u001b[2J\u2028c'), plainStyle);
  expect(text.split('\n')).toHaveLength(2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  expect(text).not.toMatch(/[\u001b\u2028\t]/);
});

test('very many texts have room', () => {
  const many = Array.from({ length: 150_000 }, (_, index) => ({ index, text: '', score: 0 }));
  expect(formatRanking(many, plainStyle).length).toBeGreaterThan(150_000 * 10);
});
