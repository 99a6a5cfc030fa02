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

test('a file of keys may begin with a byte order mark, and end without a line end', () => {
  expect(parseKeys('\ufefffirst\r\nsecond')).toEqual([hashOfKey('first'), hashOfKey('second')]);
  expect(parseKeys('')).toEqual([]);
  expect(parseKeys(' \n\t\n # none\n')).toEqual([]);
});

test('a key may have any signs within, but a "#" at its start', () => {
  expect(parseKeys('a#b c=ü')).toEqual([hashOfKey('a#b c=ü')]);
  // One digit too many: no hash, but a key.
  const long = `sha256:${'0'.repeat(65)}`;
  expect(parseKeys(long)).toEqual([hashOfKey(long)]);
});

test('the hash of a key is no key', () => {
  const accepted = parseKeys('secret');
  expect(isAccepted(accepted[0], accepted)).toBe(false);
  expect(isAccepted(`sha256:${accepted[0]}`, accepted)).toBe(false);
  expect(isAccepted(' secret', accepted)).toBe(false);
});

test.each([
  ['a bearer before the headers of others', { authorization: 'Bearer a', 'api-key': 'b', 'x-api-key': 'c' }, 'a'],
  ["Azure's before Cohere's", { 'api-key': 'b', 'x-api-key': 'c' }, 'b'],
  ['an empty header', { authorization: '', 'x-api-key': 'c' }, 'c'],
  ['no key behind the scheme', { authorization: 'Bearer', 'x-api-key': 'c' }, 'c'],
  ['a scheme that only begins so', { authorization: 'BearerToken a' }, undefined],
  ['a key of a tab', { authorization: 'Bearer\ta' }, 'a'],
])('of %s comes the key', (_, headers, key) => {
  expect(keyOf(headers)).toBe(key);
});
