import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Metadata } from '../../documents/index.js';
import { comparisons, type Filter } from './filter.js';
import { formatFilter } from './format-filter.js';
import { matchesFilter } from './matches.js';
import { parseFilter } from './parse-filter.js';

const field = fc.oneof(fc.constantFrom('lang', 'year', 'a.b', 'größe', 'not', 'in'), fc.stringMatching(/^[^`]{1,8}$/));
const value = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.integer(),
);
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ kind: fc.constant('compare' as const), field, operator: fc.constantFrom(...comparisons), value }),
  fc.record({ kind: fc.constant('in' as const), field, values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant('like' as const), field, pattern: fc.string() }),
  fc.record({ kind: fc.constant('exists' as const), field }),
);
const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('tree') }),
  ),
}));
const metadata = fc.dictionary(
  fc.constantFrom('lang', 'year', 'a.b'),
  fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.array(fc.string())),
);

describe('a filter', () => {
  test('reads back as it was written', () => {
    fc.assert(
      fc.property(tree, (filter) => {
        expect(parseFilter(formatFilter(filter))).toEqual(filter);
      }),
    );
  });

  test('"not" is the opposite, "and" and "or" are what they say', () => {
    fc.assert(
      fc.property(tree, tree, metadata, (a, b, fields) => {
        const holds = (filter: Filter) => matchesFilter(filter, fields);
        expect(holds({ kind: 'not', of: a })).toBe(!holds(a));
        expect(holds({ kind: 'and', of: [a, b] })).toBe(holds(a) && holds(b));
        expect(holds({ kind: 'or', of: [a, b] })).toBe(holds(a) || holds(b));
      }),
    );
  });

  test('never breaks on what people type', () => {
    fc.assert(
      fc.property(fc.string(), (source) => {
        try {
          parseFilter(source);
        } catch (error) {
          expect((error as { code: string }).code).toBe('FILTER_INVALID');
        }
      }),
    );
  });

  test.each([
    ['lang = "en" and year >= 2020', { lang: 'en', year: 2020 }, true],
    ['lang = "en" and year >= 2020', { lang: 'en', year: 2019 }, false],
    ['a = 1 or b = 1 and c = 1', { a: 1 }, true],
    ['(a = 1 or b = 1) and c = 1', { a: 1 }, false],
    ['NOT a = 1', {}, true],
    ['a not in (1, 2)', { a: 3 }, true],
    ['a like "x%.y"', { a: 'x\n1.y' }, true],
    ['a like "x%.y"', { a: 'xzy' }, false],
    ['draft = true', { draft: true }, true],
    ['price < -1.5e3', { price: -1501 }, true],
    ['`not` = 1', { not: 1 }, true],
    ['date >= "2024-01-01"', { date: '2024-05-06' }, true],
  ])('%s', (source, fields, expected) => {
    expect(matchesFilter(parseFilter(source), fields as Metadata)).toBe(expected);
  });

  test.each([
    ['lang =', 'cannot be read at character 7'],
    ['lang = "en', 'a quotation mark is not closed'],
    ['lang "en"', 'behind "lang" one of'],
    ['(lang = "en"', '")" is missing'],
    ['lang = "en" year = 1', '"and" or "or" is expected'],
    ['', 'a condition is missing'],
    ['year ; 1', '";" is not understood'],
    [`${'('.repeat(200)}a = 1`, 'nested more than 100 deep'],
  ])('%s is refused, with the place', (source, message) => {
    expect(() => parseFilter(source)).toThrow(message);
  });
});
