import { expect, test } from 'vitest';
import { parseToml } from './parse-toml.js';

test('tables, lists and texts are read', () => {
  expect(parseToml('a = 1\n[t]\nb = ["x", \'y\\z\']\n', 'f')).toEqual({ a: 1, t: { b: ['x', 'y\\z'] } });
  expect(parseToml('', 'f')).toEqual({});
});

test.each([
  ['a = 1\nb = ', 'line 2'],
  ['a = 1\na = 2', 'line 2'],
  ['[t', 'line 1'],
  ['a = "open', 'line 1'],
])('%j is refused with its place, in one line', (text, place) => {
  let message = '';
  try {
    parseToml(text, 'my.toml');
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toMatch(new RegExp(`^my.toml cannot be used: ${place}, column \\d+: .+$`));
});
