import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rawNumber } from './raw-number.js';

test.each([
  ['{"id":12345678901234567890}', '12345678901234567890'],
  ['{ "a" : {"id": 1}, "i\\u0064" : -9007199254740993 , "b": ["id", 2]}', '-9007199254740993'],
  ['{"text":"\\"id\\": 5, {","id":1e400}', '1e400'],
  ['{"id":1,"id":2}', '2'],
  ['{"id":1,"id":"2"}', undefined],
  ['{"id":"12345678901234567890"}', undefined],
  ['{"id":[1]}', undefined],
  ['{"text":"id"}', undefined],
])('%s', (json, expected) => {
  expect(rawNumber(json, 'id')).toBe(expected);
});

test('finds the number in any object', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer(), fc.nat(2), (others, id, indent) => {
      const json = JSON.stringify({ ...others, id }, undefined, indent);
      expect(rawNumber(json, 'id')).toBe(String(id));
    }),
  );
});
