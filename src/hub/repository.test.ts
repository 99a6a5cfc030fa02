import { describe, expect, test } from 'vitest';
import {
  checkRepository,
  describeRepository,
  fileUrl,
  isRepositoryId,
  isSafePath,
  listingUrl,
  revisionOf,
  treeUrl,
} from './repository.js';

test.each([
  ['owner/name', true],
  ['name', true],
  ['sentence-transformers/all-MiniLM-L6-v2', true],
  ['a.b/c_d', true],
  ['_/_', true],
  ['', false],
  ['/', false],
  ['owner/', false],
  ['/name', false],
  ['a/b/c', false],
  ['a--b', false],
  ['a..b', false],
  ['..', false],
  ['../x', false],
  ['-a', false],
  ['a-', false],
  ['a b', false],
  ['a\n', false],
  ['ä/b', false],
  ['a'.repeat(96), true],
  ['a'.repeat(97), false],
])('%j may be the name of a repository: %s', (id, expected) => {
  expect(isRepositoryId(id)).toBe(expected);
});

test.each([
  ['a', true],
  ['a/b.c', true],
  ['...', true],
  ['a/..b', true],
  ['', false],
  ['.', false],
  ['..', false],
  ['a/../b', false],
  ['a/./b', false],
  ['/a', false],
  ['a/', false],
  ['a//b', false],
  ['a\\b', false],
  ['C:a', false],
  ['a\0', false],
])('the path %j stays in its folder: %s', (path, expected) => {
  expect(isSafePath(path)).toBe(expected);
});

describe('a repository is checked', () => {
  test.each([{ id: 'a/b' }, { id: 'a', revision: 'refs/pr/1' }, { id: 'a', revision: 'v1.0' }])('%j is sound', (of) => {
    expect(() => checkRepository({ kind: 'model', ...of })).not.toThrow();
  });

  test.each([{ id: 'a/b/c' }, { id: 'a', revision: '../../etc' }, { id: 'a', revision: '' }])('%j is not', (of) => {
    expect(() => checkRepository({ kind: 'model', ...of })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

test('without a revision it is the main branch', () => {
  expect(revisionOf({ kind: 'model', id: 'a' })).toBe('main');
  expect(revisionOf({ kind: 'model', id: 'a', revision: 'v2' })).toBe('v2');
});

test('a repository is named as a person would', () => {
  expect(describeRepository({ kind: 'model', id: 'a/b' })).toBe('the model a/b');
  expect(describeRepository({ kind: 'dataset', id: 'a/b', revision: 'v2' })).toBe('the data set a/b at v2');
});

describe('addresses', () => {
  const model = { kind: 'model', id: 'a/b' } as const;
  const dataset = { kind: 'dataset', id: 'a/b', revision: 'refs/pr/1' } as const;

  test('of listings hold the revision as one part', () => {
    expect(listingUrl('https://h', model).href).toBe('https://h/api/models/a/b/revision/main');
    expect(listingUrl('https://h/x', dataset).href).toBe('https://h/x/api/datasets/a/b/revision/refs%2Fpr%2F1');
  });

  test('of the tree of a commit', () => {
    expect(treeUrl('https://h', model, 'c0').href).toBe('https://h/api/models/a/b/tree/c0?recursive=true');
  });

  test.each([
    ['onnx/model.onnx', 'onnx/model.onnx'],
    ['a b#?.txt', 'a%20b%23%3F.txt'],
    ['é/100%', '%C3%A9/100%25'],
  ])('of the file %j', (path, written) => {
    expect(fileUrl('https://h', model, 'c0', path).href).toBe(`https://h/a/b/resolve/c0/${written}`);
    expect(fileUrl('https://h', dataset, 'c0', path).href).toBe(`https://h/datasets/a/b/resolve/c0/${written}`);
  });
});
