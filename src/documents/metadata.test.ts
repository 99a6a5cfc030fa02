import { expect, test } from 'vitest';
import { metadataOf } from './metadata.js';

test.each<[string, unknown, unknown]>([
  ['a text', 'en', 'en'],
  ['an empty text', '', ''],
  ['a number', -1.5, -1.5],
  ['a Boolean', false, false],
  ['a large whole number', 12n, 12],
  ['a date', new Date(Date.UTC(2024, 0, 2)), '2024-01-02T00:00:00.000Z'],
  ['a list of texts', ['a', 'b'], ['a', 'b']],
  ['a list of several kinds, as texts', ['a', 1, true], ['a', '1', 'true']],
  ['an empty list', [], []],
])('%s is kept', (_, value, kept) => {
  expect(metadataOf({ field: value })).toEqual({ field: kept });
});

test.each<[string, unknown]>([
  ['null', null],
  ['nothing', undefined],
  ['NaN', Number.NaN],
  ['an infinity', Number.POSITIVE_INFINITY],
  ['an object', { a: 1 }],
  ['a list with an object', ['a', {}]],
  ['a list in a list', [['a']]],
  ['a list with null', [null]],
  ['a function', () => 1],
  ['a date that is none', new Date(Number.NaN)],
])('%s is left out, and the other fields stay', (_, value) => {
  expect(metadataOf({ before: 1, field: value, after: 2 })).toEqual({ before: 1, after: 2 });
});

test('a field may be called anything', () => {
  const record = JSON.parse('{"__proto__": "x", "constructor": 1}');
  const metadata = metadataOf(record);
  expect(Object.entries(metadata)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 1],
  ]);
});
