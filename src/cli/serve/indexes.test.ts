import { expect, test } from 'vitest';
import { nameAndPath, openIndexes } from './indexes.js';

const loadModel = () => Promise.reject(new Error('not needed'));

test.each([
  ['docs.index', 'docs', 'docs.index'],
  ['/srv/wiki.index/', 'wiki', '/srv/wiki.index/'],
  ['guide=./docs.index', 'guide', './docs.index'],
  ['./a=b.index', 'a=b', './a=b.index'],
  ['my-wiki=a=b', 'my-wiki', 'a=b'],
])('%s', (text, name, path) => {
  expect(nameAndPath(text)).toEqual({ name, path });
});

test.each<[string[], boolean, string]>([
  [['a/docs.index', 'b/docs.index'], false, 'Two indexes are called "docs"'],
  [[], true, 'Add --index.'],
  [['nowhere.index'], false, 'There is no index in nowhere.index'],
])('%j, writable: %s', async (given, isWritable, message) => {
  await expect(openIndexes(given, loadModel, isWritable)).rejects.toThrow(message);
});
