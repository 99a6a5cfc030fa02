import { describe, expect, test } from 'vitest';
import type { Filter } from './filter.js';
import { formatFilter } from './format-filter.js';
import { parseFilter } from './parse-filter.js';

const is = (field: string, value: string | number | boolean): Filter => ({
  ...{ kind: 'compare', field, operator: '=', value },
});

describe('a filter is read', () => {
  test.each<[string, Filter]>([
    ['a=1', is('a', 1)],
    ['a = "say \\"x\\" \\\\"', is('a', 'say "x" \\')],
    ['a = \'say "x"\'', is('a', 'say "x"')],
    ['a = ""', is('a', '')],
    ['a = "and"', is('a', 'and')],
    ['a = TRUE', is('a', true)],
    ['a = False', is('a', false)],
    ['a = -0.5', is('a', -0.5)],
    ['a = 1E3', is('a', 1000)],
    ['größe = 1', is('größe', 1)],
    ['a.b-c_d = 1', is('a.b-c_d', 1)],
    ['`two words` = 1', is('two words', 1)],
    ['and = 1', is('and', 1)],
    ['in in (1)', { kind: 'in', field: 'in', values: [1] }],
    ['\n a\t=\r\n1 ', is('a', 1)],
    ['((a = 1))', is('a', 1)],
    ['a EXISTS', { kind: 'exists', field: 'a' }],
    ['a in (1, "x", true)', { kind: 'in', field: 'a', values: [1, 'x', true] }],
    ['not a = 1 and b = 2', { kind: 'and', of: [{ kind: 'not', of: is('a', 1) }, is('b', 2)] }],
    ['not not a = 1', { kind: 'not', of: { kind: 'not', of: is('a', 1) } }],
    ['a = 1 or b = 2 and c = 3', { kind: 'or', of: [is('a', 1), { kind: 'and', of: [is('b', 2), is('c', 3)] }] }],
    ['a = 1 and b = 2 and c = 3', { kind: 'and', of: [is('a', 1), is('b', 2), is('c', 3)] }],
  ])('%s', (source, filter) => {
    expect(parseFilter(source)).toEqual(filter);
  });
});

describe('a filter is refused', () => {
  test.each([
    ['a', 2],
    ['a =', 4],
    ['= 1', 1],
    ['a = b', 5],
    ['a = 1 and', 10],
    ['a = 1)', 6],
    ['a in 1', 6],
    ['a in ()', 7],
    ['a in (1, )', 10],
    ['a like 1', 9],
    ['a not 1', 3],
    ['a not "in" (1)', 3],
    ['a ! 1', 3],
    ['a == 1', 4],
    ['a = 1.', 5],
    ['a = 12ab', 5],
    ['a = 1e999', 5],
    ['a in (1, -1e400)', 10],
    ['"a" = 1', 1],
    ['``', 1],
  ])('%s, at character %i', (source, place) => {
    expect(() => parseFilter(source)).toThrow(
      expect.objectContaining({ code: 'FILTER_INVALID', details: expect.objectContaining({ filter: source, place }) }),
    );
  });

  test('a long one that is wrong at its end is refused soon', () => {
    const long = `a in (${'"x", '.repeat(1000)}`;
    expect(() => parseFilter(long)).toThrow('cannot be read');
  });
});

describe('a filter is written', () => {
  test.each<[Filter, string]>([
    [is('a', 1), 'a = 1'],
    [is('like', 'x"y\\z'), '`like` = "x\\"y\\\\z"'],
    [is('1st', true), '`1st` = true'],
    [{ kind: 'in', field: 'a', values: ['x', 2] }, 'a in ("x", 2)'],
    [{ kind: 'not', of: { kind: 'exists', field: 'a' } }, 'not (a exists)'],
    [{ kind: 'and', of: [{ kind: 'or', of: [is('a', 1), is('b', 2)] }, is('c', 3)] }, '(a = 1 or b = 2) and c = 3'],
  ])('%j', (filter, text) => {
    expect(formatFilter(filter)).toBe(text);
  });
});
