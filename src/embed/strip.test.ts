import { expect, test } from 'vitest';
import { strip } from './strip.js';

test.each([
  ['  a b \n', 'a b'],
  ['\u001c\u001d\u001e\u001f\u0085a\u0085\u001f', 'a'],
  ['\u3000\u2009\u00a0a\u2028\u205f', 'a'],
  // Python: "\ufeffa".strip() == "\ufeffa"; the same holds for the zero-width space.
  ['\ufeffa\ufeff', '\ufeffa\ufeff'],
  ['\u200ba\u200b', '\u200ba\u200b'],
  [' \t\r\n\v\f', ''],
  ['', ''],
])('strips %j as Python does', (text, expected) => {
  expect(strip(text)).toBe(expected);
});
