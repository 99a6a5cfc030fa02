import { expect, test } from 'vitest';
import { storable, storableMetadata } from './storable.js';

test.each([
  ['', ''],
  ['größe 😀', 'größe 😀'],
  ['a\0b\0', 'a\ufffdb\ufffd'],
  ['\ud83d', '\ufffd'],
  ['a\ude00b', 'a\ufffdb'],
  ['\ude00\ud83d', '\ufffd\ufffd'],
])('%j is kept as %j', (text, kept) => {
  expect(storable(text)).toBe(kept);
  expect(storable(kept)).toBe(kept);
});

test('names and texts of metadata, and texts of lists', () => {
  expect(storableMetadata({ 'a\0': 'b\0', list: ['\0', 'x'], year: 2020, draft: false })).toEqual({
    ...{ 'a\ufffd': 'b\ufffd', list: ['\ufffd', 'x'], year: 2020, draft: false },
  });
});
