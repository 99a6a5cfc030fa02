import { expect, test } from 'vitest';
import { lineOfKey } from './line-of-key.js';

const text = `threads = 2
# texts = "old.txt"
models.folders = ["a = b"]

[embedding]
model = "threads = 3"
  batch_size=4
[embedding_other]
pooling = "mean"
[ gates . "my gate" ]
'like' = "int8"
[[lists]]
name = "one"
[models]
aliases.house = "x"
threads = 9
`;

test.each([
  [['threads'], 1],
  [['models', 'folders'], 3],
  [['embedding'], 5],
  [['embedding', 'model'], 6],
  [['embedding', 'batch_size'], 7],
  [['gates', 'my gate'], 10],
  [['gates', 'my gate', 'like'], 11],
  [['lists', 'name'], 13],
  [['models', 'aliases', 'house'], 15],
])('%j is set in line %d', (path, line) => {
  expect(lineOfKey(text, path)).toBe(line);
});

test('a key that is not set is looked for in its table, and in the one around that', () => {
  expect(lineOfKey(text, ['embedding', 'pooling'])).toBe(5);
  expect(lineOfKey(text, ['gates', 'my gate', 'cosineMean', 'x'])).toBe(10);
  expect(lineOfKey(text, ['models', 'aliases', 'flat'])).toBe(14);
});

test('comments, values and longer names set nothing', () => {
  expect(lineOfKey(text, ['texts'])).toBeUndefined();
  expect(lineOfKey(text, ['pooling'])).toBeUndefined();
  expect(lineOfKey('embedding_other = 1', ['embedding'])).toBeUndefined();
});

test('nothing is found in an empty text, nor on an empty path', () => {
  expect(lineOfKey('', ['threads'])).toBeUndefined();
  expect(lineOfKey(text, [])).toBeUndefined();
});

test('Windows line ends do not shift lines', () => {
  expect(lineOfKey('a = 1\r\n[t]\r\nb = 2\r\n', ['t', 'b'])).toBe(3);
});
