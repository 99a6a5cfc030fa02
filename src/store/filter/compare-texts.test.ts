import { expect, test } from 'vitest';
import { compareTexts } from './compare-texts.js';

test.each([
  ['', '', 0],
  ['', 'a', -1],
  ['a', 'ab', -1],
  ['b', 'ab', 1],
  ['B', 'a', -1],
  ['a', 'a', 0],
  ['é', 'z', 1],
  ['\u{ffff}', '😀', -1],
  ['\u{e000}', '\u{10000}', -1],
  ['\u{d7ff}', '\u{10000}', -1],
  ['😀', '😁', -1],
  ['x😀', 'x\u{ff5e}', 1],
])('%j and %j', (a, b, sign) => {
  expect(Math.sign(compareTexts(a, b))).toBe(sign);
  expect(Math.sign(compareTexts(b, a))).toBe(sign === 0 ? 0 : -sign);
  expect(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))).toBe(sign);
});
