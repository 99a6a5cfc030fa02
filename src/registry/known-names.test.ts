import { expect, test } from 'vitest';
import { knownNames, nearestKnownName, suggestName } from './known-names.js';

test.each([
  ['bge-m3', 'Did you mean BAAI/bge-m3?'],
  ['All-MiniLM-L6-v2', 'Did you mean sentence-transformers/all-MiniLM-L6-v2?'],
  ['bge-smal-en-v1.5', 'Did you mean BAAI/bge-small-en-v1.5?'],
  ['something else entirely', 'Give a folder, an .onnx file, or a name of the hub'],
  ['https://example.org/model', 'download the model'],
  ['./model', `it counts from ${process.cwd()}`],
  ['models/model.onnx', `it counts from ${process.cwd()}`],
])('%s', (text, expected) => {
  expect(suggestName(text)).toContain(expected);
});

test('of a path from the root it is not said where it counts from', () => {
  expect(suggestName('/models/none.onnx')).toBe('Check the path.');
});

test.skipIf(process.platform === 'win32')('a path of another system is turned into one of this', () => {
  expect(suggestName('models\\mine')).toBe('Paths have "/" on this system: models/mine.');
});

test('a path in the home folder is told with what ~ is', () => {
  expect(suggestName('~/models/none')).toMatch(/^Check the path; ~ is .+\.$/);
});

test('the known name that is meant, with its owner', () => {
  expect(nearestKnownName('baai/BGE-M3')).toBe('BAAI/bge-m3');
  expect(nearestKnownName('intfloat/e5-smal-v2')).toBe('intfloat/e5-small-v2');
  expect(nearestKnownName('someone/else')).toBeUndefined();
  expect(nearestKnownName('')).toBeUndefined();
});

test('no name is told in place of itself, and none is there twice', () => {
  expect(knownNames.map(nearestKnownName).filter((near) => near !== undefined)).toEqual([]);
  expect(new Set(knownNames.map((name) => name.toLowerCase())).size).toBe(knownNames.length);
  expect(new Set(knownNames.map((name) => name.split('/')[1].toLowerCase())).size).toBe(knownNames.length);
});
