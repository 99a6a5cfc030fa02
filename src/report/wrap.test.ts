import { describe, expect, test } from 'vitest';
import { visibleLength } from './style.js';
import { cutToColumns, wrapped } from './wrap.js';

describe('cutToColumns', () => {
  test('leaves what fits, and marks what is left out', () => {
    expect(cutToColumns('a cat', 5)).toBe('a cat');
    expect(cutToColumns('a cat sat', 6)).toBe('a cat…');
  });

  test.each([
    ['Chinese characters, which are two wide', '机器学习是人工智能', '机器学…'],
    ['emoji of several parts', '👩‍👩‍👧 and 👩‍👩‍👧', '👩‍👩‍👧 and…'],
    [
      'accents of their own',
      'e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301',
      'e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301…',
    ],
  ])('counts columns, not units of code: %s', (_, text, expected) => {
    expect(cutToColumns(text, 7)).toBe(expected);
    expect(visibleLength(expected)).toBeLessThanOrEqual(7);
  });
});

describe('wrapped', () => {
  test('breaks between words, and leaves longer ones whole', () => {
    expect(wrapped('a cat sat on the mat', 9)).toEqual(['a cat sat', 'on the', 'mat']);
    expect(wrapped('a caterpillar', 4)).toEqual(['a', 'caterpillar']);
    expect(wrapped('', 5)).toEqual(['']);
  });

  test('counts columns', () => {
    expect(wrapped('机器 学习 智能', 9)).toEqual(['机器 学习', '智能']);
  });
});
