import { expect, test } from 'vitest';
import { ownValue } from './own-value.js';

test.each([
  ['a', 1],
  ['', 2],
  ['b', undefined],
  ['constructor', undefined],
  ['toString', undefined],
  ['__proto__', undefined],
])('a table has under %j: %s', (name, value) => {
  expect(ownValue({ a: 1, '': 2 }, name)).toBe(value);
});
