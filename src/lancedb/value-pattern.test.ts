import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesFilter } from '../store/index.js';
import { escaped } from './field-text.js';
import { afterPattern, beforePattern, exactly, likePattern } from './value-pattern.js';

/** Runs a regular expression of Rust on a text as it stands in a line. */
function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern.replaceAll('\\x{', '\\u{')})$`, 'u').test(escaped(text));
}

const sign = fc.constantFrom(
  'a',
  'b',
  '%',
  '_',
  '\b',
  '\t',
  '\n',
  'i',
  '.',
  '\\',
  '-',
  ']',
  'ü',
  '😀',
  '\u{ffff}',
  '\0',
);
const text = fc.string({ unit: sign, maxLength: 6 });

test.each(['a b', "it's", '.*', '[^x]', '(?i)', '$^|', 'a-z', '\\d', '\u0000', '😀', '#&~'])('%j alone', (literal) => {
  expect(matches(exactly(escaped(literal)), literal)).toBe(true);
  expect(matches(exactly(escaped(literal)), `${literal}x`)).toBe(false);
  expect(matches(exactly(escaped(literal)), 'x')).toBe(false);
});

describe('like', () => {
  test.each([
    ['a%', 'a\nb', true],
    ['_', '\t', true],
    ['__', '\t', false],
    ['_', '😀', true],
    // What stands for a tab ends in an "i".
    ['%i', '\t', false],
    ['%%', '', true],
    ['', '', true],
    ['a.c', 'abc', false],
  ])('%j and %j: %s', (pattern, value, expected) => {
    expect(matches(likePattern(pattern), value)).toBe(expected);
  });

  test('is that of filters', () => {
    fc.assert(
      fc.property(text, text, (pattern, value) => {
        expect(matches(likePattern(pattern), value)).toBe(
          matchesFilter({ kind: 'like', field: 'a', pattern }, { a: value }),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('order', () => {
  test('is that of filters', () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom('<', '<=', '>', '>='), (limit, value, operator) => {
        const write = operator.startsWith('<') ? beforePattern : afterPattern;
        const pattern = write(escaped(limit), operator.endsWith('='));
        const holds = pattern !== undefined && matches(pattern, value);
        expect(holds).toBe(matchesFilter({ kind: 'compare', field: 'a', operator, value: limit }, { a: value }));
      }),
      { numRuns: 2000 },
    );
  });

  test('nothing comes before the empty text', () => {
    expect(beforePattern('', false)).toBeUndefined();
    expect(matches(beforePattern('', true) as string, '')).toBe(true);
    expect(matches(beforePattern('', true) as string, 'a')).toBe(false);
  });

  test('a long text makes no pattern of its square', () => {
    expect(afterPattern('x'.repeat(1000), true).length).toBeLessThan(60_000);
  });
});
