import { expect, test } from 'vitest';
import { configurationSchema, knownKeys } from './schema.js';

test.each([
  [['hub'], ['endpoint', 'cache', 'offline']],
  [['device'], ['app', 'to']],
  [['models'], ['aliases', 'folders', 'names']],
])('%j has the keys %j', (place, keys) => {
  expect(knownKeys(place)).toEqual(keys);
});

test('a gate of any name may say what it is like, and limits', () => {
  expect(knownKeys(['gates', 'house'])).toContain('like');
  expect(knownKeys(['gates', 'house'])).toContain('cosineP1');
  expect(knownKeys(['limits'])).not.toContain('like');
});

test('places without a table, or that are not there, have no keys', () => {
  for (const place of [['threads'], ['to', 0], ['nowhere'], ['hub', 'endpoint', 'x'], ['models', 'aliases', 'a']]) {
    expect(knownKeys(place)).toEqual([]);
  }
});

test('a table refuses keys that it does not know, a list of names takes any', () => {
  expect(configurationSchema.safeParse({ hub: { nobody: 1 } }).success).toBe(false);
  expect(configurationSchema.safeParse({ models: { aliases: { '': 'x', 'a b': 'y' } } }).success).toBe(true);
  expect(configurationSchema.safeParse({ models: { aliases: { a: '' } } }).success).toBe(false);
});
