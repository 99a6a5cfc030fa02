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
