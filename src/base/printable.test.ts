import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, shortened } from './printable.js';

test('terminal escapes, nulls and marks of direction are shown, not obeyed', () => {
  expect(printable('a\u001b[31mred\0\u202eevil')).toBe('a\\u001b[31mred\\u0000\\u202eevil');
});

test('several lines become one', () => {
  expect(printable('first\r\n  second\nthird')).toBe('first second third');
});

test('other writing stays as it is', () => {
  expect(printable('größer – 日本語 🙂 "quoted"')).toBe('größer – 日本語 🙂 "quoted"');
});

test('long text is cut and its length told', () => {
  expect(shortened('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(shortened('x'.repeat(11), 10)).toBe(`${'x'.repeat(10)}… (11 characters)`);
});

test('long text is cut between characters, not through one', () => {
  expect(shortened('ab🙂c', 3)).toBe('ab… (5 characters)');
  expect(shortened('ab🙂c', 4)).toBe('ab🙂… (5 characters)');
  expect(shortened('', 0)).toBe('');
});

test('every mark that changes the direction of writing is shown', () => {
  // The Bidi_Control characters of Unicode.
  const marks = [0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069];
  for (const mark of marks) {
    expect(printable(String.fromCharCode(mark))).toBe(`\\u${mark.toString(16).padStart(4, '0')}`);
  }
});

test('spaces are kept unless a line ends among them', () => {
  expect(printable('  a  b  ')).toBe('  a  b  ');
  expect(printable('a \n\t\r\n b\tc')).toBe('a b\\u0009c');
  expect(printable('\n')).toBe(' ');
});

test('a text of nothing but spaces takes no time of its square', () => {
  const spaces = ' '.repeat(2_000_000);
  expect(printable(spaces)).toBe(spaces);
});

test('what is printable is one line, and stays as it is the next time', () => {
  const sign = fc.constantFrom(
    'a',
    'ü',
    '🙂',
    '\ud83d',
    ' ',
    '\t',
    '\r',
    '\n',
    '\0',
    '\u0085',
    '\u2028',
    '\u061c',
    '\ufeff',
  );
  fc.assert(
    fc.property(fc.string({ unit: sign }), (text) => {
      const once = printable(text);
      expect(once).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(printable(once)).toBe(once);
    }),
  );
});
