import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../../numbers/index.js';
import type { Filter } from './filter.js';
import { filterTest, matchesFilter } from './matches.js';

const like = (pattern: string): Filter => ({ kind: 'like', field: 'a', pattern });
const isLike = (pattern: string, text: string) => matchesFilter(like(pattern), { a: text });

describe('like', () => {
  test.each([
    ['', '', true],
    ['', 'x', false],
    ['%', '', true],
    ['%', 'anything\nat all', true],
    ['_', '', false],
    ['_', '😀', true],
    ['_', '\ud83d', true],
    ['__', '😀', false],
    ['a_c', 'a\nc', true],
    ['a%', 'abc', true],
    ['%c', 'abc', true],
    ['%b%', 'abc', true],
    ['%bc%c', 'abc', false],
    ['a%b%c', 'axbxbxc', true],
    ['a%b%c', 'acb', false],
    ['%ab', 'aab', true],
    ['%_b', 'b', false],
    ['a.c', 'abc', false],
    ['[a-z]*', 'a', false],
    ['(x|y)$^+?\\', '(x|y)$^+?\\', true],
    ['A', 'a', false],
    ['100%', '100', true],
    ['ab%ba', 'aba', false],
    ['ab%ba', 'abba', true],
    ['a%a', 'a', false],
    ['%b%b%', 'ab', false],
    ['a%b%c%d', 'axbxcxd', true],
    ['a%c%b%d', 'axbxcxd', false],
    ['%\ude00', '😀', false],
    ['\ud83d%', '😀', false],
    ['%😀%', 'a😀b', true],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(isLike(pattern, text)).toBe(expected);
  });

  test('a pattern with many % ends soon, also where it does not match', () => {
    expect(isLike(`${'%a'.repeat(40)}%b`, 'a'.repeat(5000))).toBe(false);
    expect(isLike(`${'%'.repeat(60)}b`, 'a'.repeat(5000))).toBe(false);
    expect(isLike(`${'%_'.repeat(40)}b`, 'a'.repeat(2000))).toBe(false);
  });

  test('is what trying every length for each % says', () => {
    const plain = (pattern: string, text: string): boolean => {
      if (pattern === '') {
        return text === '';
      }
      if (pattern[0] === '%') {
        return Array.from({ length: text.length + 1 }, (_, i) => i).some((i) => plain(pattern.slice(1), text.slice(i)));
      }
      return text !== '' && (pattern[0] === '_' || pattern[0] === text[0]) && plain(pattern.slice(1), text.slice(1));
    };
    const random = randomNumbers(3);
    const some = (letters: string, most: number) =>
      Array.from({ length: Math.floor(random() * most) }, () => letters[Math.floor(random() * letters.length)]).join(
        '',
      );
    for (let i = 0; i < 2000; i++) {
      const [pattern, text] = [some('ab%_', 7), some('ab', 8)];
      expect(isLike(pattern, text), `${pattern} ${text}`).toBe(plain(pattern, text));
    }
  });

  test('only texts are like anything; of a list one is enough', () => {
    expect(matchesFilter(like('%'), { a: 1 })).toBe(false);
    expect(matchesFilter(like('%'), { a: true })).toBe(false);
    expect(matchesFilter(like('%'), {})).toBe(false);
    expect(matchesFilter(like('b%'), { a: ['a', 'bc'] })).toBe(true);
    expect(matchesFilter(like('%'), { a: [] })).toBe(false);
  });
});

describe('comparisons', () => {
  const compare = (operator: string, value: string | number | boolean): Filter =>
    ({ kind: 'compare', field: 'a', operator, value }) as Filter;

  test.each([
    ['=', 1, 1, true],
    ['=', '1', 1, false],
    ['=', true, 1, false],
    ['!=', '1', 1, true],
    ['<', 1, 2, true],
    ['<', 2, 2, false],
    ['<=', 2, 2, true],
    ['>', 3, 2, true],
    ['>', '3', 2, false],
    ['>=', 2, 2, true],
    ['>=', 'b', 'a', true],
    ['<', 'B', 'a', true],
    ['<', 'é', 'z', false],
    ['<', false, true, true],
  ] as const)('%s: %j and %j', (operator, held, value, expected) => {
    expect(matchesFilter(compare(operator, value), { a: held })).toBe(expected);
  });

  test('a list passes if one of its items does; != if none is equal', () => {
    const a = ['x', 'y'];
    expect(matchesFilter(compare('=', 'y'), { a })).toBe(true);
    expect(matchesFilter(compare('!=', 'y'), { a })).toBe(false);
    expect(matchesFilter(compare('!=', 'z'), { a })).toBe(true);
    expect(matchesFilter(compare('<', 'y'), { a })).toBe(true);
  });

  test('a field that is not there passes != alone', () => {
    const passed = ['=', '!=', '<', '<=', '>', '>='].filter((operator) => matchesFilter(compare(operator, 1), {}));
    expect(passed).toEqual(['!=']);
    expect(matchesFilter({ kind: 'in', field: 'a', values: [1] }, {})).toBe(false);
  });

  test('what every object has is no field', () => {
    for (const field of ['constructor', 'toString', '__proto__', 'length']) {
      expect(matchesFilter({ kind: 'exists', field }, {})).toBe(false);
      expect(matchesFilter({ kind: 'like', field, pattern: '%' }, {})).toBe(false);
    }
    expect(matchesFilter({ kind: 'exists', field: 'a' }, { a: '' })).toBe(true);
  });

  test('the document is its id, and none of its metadata', () => {
    const passes = filterTest({ kind: 'like', field: 'document', pattern: 'public/%' });
    expect(passes('secret/a.md', { document: 'public/a.md' })).toBe(false);
    expect(passes('public/a.md', { document: 'secret/a.md' })).toBe(true);
    expect(filterTest({ kind: 'exists', field: 'document' })('a', {})).toBe(true);
    expect(matchesFilter({ kind: 'exists', field: 'document' }, {})).toBe(false);
  });

  test('all of none holds, one of none does not', () => {
    expect(matchesFilter({ kind: 'and', of: [] }, {})).toBe(true);
    expect(matchesFilter({ kind: 'or', of: [] }, {})).toBe(false);
    expect(matchesFilter({ kind: 'in', field: 'a', values: [] }, { a: 1 })).toBe(false);
  });
});
