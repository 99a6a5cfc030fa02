import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashOfKey, isAccepted, keyOf, parseKeys } from './api-keys.js';

test('keys are kept as SHA-256, those of a file that are hashed already as they are', () => {
  const hash = createHash('sha256').update('secret').digest('hex');
  expect(hashOfKey('secret')).toBe(hash);
  expect(parseKeys(`# ours\n\n  secret \r\nsha256:${hash.toUpperCase()}\n`)).toEqual([hash, hash]);
  // Too short for a hash: a key that looks like one.
  expect(parseKeys('sha256:abc')).toEqual([hashOfKey('sha256:abc')]);
});

test('a key is accepted when it is one of several', () => {
  const accepted = parseKeys('first\nsecond');
  expect(['first', 'second', 'third', ''].map((key) => isAccepted(key, accepted))).toEqual([true, true, false, false]);
  expect(isAccepted('first', [])).toBe(false);
});

test.each([
  [{ authorization: 'Bearer a b ' }, 'a b'],
  [{ authorization: 'bearer  a' }, 'a'],
  [{ authorization: 'Basic a', 'api-key': 'b' }, 'b'],
  [{ 'x-api-key': 'c' }, 'c'],
  [{ 'api-key': ['a', 'b'] }, undefined],
  [{}, undefined],
])('the headers %j hold the key %j', (headers, key) => {
  expect(keyOf(headers as Record<string, string>)).toBe(key);
});
