import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { quoted, shortPath } from './shell-words.js';

const here = (path: string) => resolve(path);

test('a path below this folder is written from here, any other in full', () => {
  expect(shortPath(here('models/gte.onnx'))).toBe(join('models', 'gte.onnx'));
  expect(shortPath(here('.'))).toBe(here('.'));
  expect(shortPath(here('../other/gte.onnx'))).toBe(here('../other/gte.onnx'));
});

test('a name that a shell reads as it is needs no quotes', () => {
  expect(quoted(here('onnx/model_int8.onnx'))).toBe('onnx/model_int8.onnx');
});

test.each([
  ['my model/gte.onnx', "'my model/gte.onnx'"],
  ["it's.onnx", "'it'\\''s.onnx'"],
  ['$(rm -r x).onnx', "'$(rm -r x).onnx'"],
  ['modèle.onnx', "'modèle.onnx'"],
])('%s is quoted', (path, shown) => {
  expect(quoted(here(path))).toBe(shown);
});

test('a name that begins with a dash is not taken for an option', () => {
  expect(quoted(here('-model/gte.onnx'))).toBe('./-model/gte.onnx');
});

test('control characters in a name do not reach the terminal', () => {
  expect(quoted(here('a\u001b[2Jb.onnx'))).not.toContain('\u001b');
});
